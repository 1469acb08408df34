package api

import (
	"encoding/json"

	"github.com/lad-hub/lad/internal/platform/access"
	"github.com/lad-hub/lad/internal/tasks"
)

func (a *API) taskOperations() []operation {
	return tagged("Tasks",
		get("/api/v1/tasks", "listTasks", access.TasksRead, "List open tasks, the one due first at the top", a.taskList),
		get("/api/v1/tasks/{id}", "getTask", access.TasksRead, "Read a task", a.taskGet),
		post("/api/v1/tasks/{id}/done", "closeTask", access.TasksWrite, "Close a task", a.taskDone).says("Closing one that is closed already changes nothing."),
		post("/api/v1/tasks/{id}/assign", "assignTask", access.TasksWrite, "Give a task to a person", a.taskAssign).says("owner_id 0 puts it back into its queue."),
	)
}

// taskOut is something a person has to look at.
type taskOut struct {
	ID        int64           `json:"id"`
	Kind      string          `json:"kind"`
	Subject   string          `json:"subject"`
	SubjectID int64           `json:"subject_id"`
	Detail    json.RawMessage `json:"detail"`
	Queue     string          `json:"queue"`
	OwnerID   int64           `json:"owner_id,omitempty"`
	Open      bool            `json:"open"`
	CreatedAt *string         `json:"created_at"`
	DueAt     *string         `json:"due_at"`
	DoneAt    *string         `json:"done_at"`
	DoneBy    string          `json:"done_by,omitempty"`
}

func taskJSON(t tasks.Task) taskOut {
	return taskOut{ID: t.ID, Kind: string(t.Kind), Subject: t.Subject, SubjectID: t.SubjectID, Detail: t.Detail, Queue: t.Queue, OwnerID: t.OwnerID, Open: t.Open,
		CreatedAt: momentOut(t.CreatedAt), DueAt: momentOut(t.DueAt), DoneAt: momentOut(t.DoneAt), DoneBy: t.DoneBy}
}

// taskQuery chooses open tasks.
type taskQuery struct {
	Kind    string `json:"kind"`
	Queue   string `json:"queue" doc:"orders, stock or channels"`
	OwnerID int64  `json:"owner_id"`
	Unowned bool   `json:"unowned" doc:"only tasks that nobody has taken"`
	Overdue bool   `json:"overdue"`
	After   string `json:"after" doc:"next of the page before"`
	Limit   int64  `json:"limit" doc:"50 when left out, at most 200"`
}

// tasksOut is a page of open tasks.
type tasksOut struct {
	Tasks []taskOut `json:"tasks"`
	Next  string    `json:"next,omitempty" doc:"after of the next page"`
}

func (a *API) taskList(c call, q taskQuery) (tasksOut, error) {
	page, err := a.Tasks.List(c.ctx, c.who, tasks.Filter{Kind: tasks.Kind(q.Kind), Queue: q.Queue, OwnerID: q.OwnerID, Unowned: q.Unowned, Overdue: q.Overdue,
		After: q.After, Limit: int(q.Limit)})
	out := tasksOut{Tasks: make([]taskOut, len(page.Tasks)), Next: page.Next}
	for i, t := range page.Tasks {
		out.Tasks[i] = taskJSON(t)
	}
	return out, err
}

func (a *API) taskGet(c call, _ nothing) (taskOut, error) {
	return a.onTask(c, func(int64) error { return nil })
}

func (a *API) taskDone(c call, _ nothing) (taskOut, error) {
	return a.onTask(c, func(id int64) error { return a.Tasks.Done(c.ctx, c.who, id) })
}

// assignInput names the account that is to have a thing.
type assignInput struct {
	OwnerID int64 `json:"owner_id" need:"1"`
}

func (a *API) taskAssign(c call, in assignInput) (taskOut, error) {
	return a.onTask(c, func(id int64) error { return a.Tasks.Assign(c.ctx, c.who, id, in.OwnerID) })
}

// onTask does something to the task of the path and answers it as it is then. Who may change a task may read it.
func (a *API) onTask(c call, do func(id int64) error) (taskOut, error) {
	id, err := c.id()
	if err != nil {
		return taskOut{}, err
	}
	if err := do(id); err != nil {
		return taskOut{}, err
	}
	t, err := a.Tasks.Get(c.ctx, c.who, id)
	return taskJSON(t), err
}
