// Package torture kills the program under load, again and again, and proves that nothing is lost and nothing doubled. It is
// only tests, with the build tag torture; LAD_TORTURE_ROUNDS says how many rounds each engine gets, three when it is not set.
package torture
