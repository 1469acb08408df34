// Package arch holds no program: its tests keep the rules of the architecture over the whole tree and name the offender.
// Which package may import which, who may name a table in SQL, that every statement names its tenant, lengths, comments,
// and that both engines get the same schema.
package arch
