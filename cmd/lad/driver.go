package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/lad-hub/lad/internal/driverkit"
	"github.com/lad-hub/lad/internal/drivers"
)

// driverCmd is for people who teach Lad another channel.
type driverCmd struct {
	New   driverNewCmd   `cmd:"" help:"Write the skeleton of a driver: it compiles, passes the empty level of the suite and names what is missing."`
	Check driverCheckCmd `cmd:"" help:"Check how a driver describes its channel, and say what it can do and what its tests need."`
}

type driverNewCmd struct {
	Name  string   `arg:"" help:"Name of the package and of the channel: small letters and digits."`
	Title string   `help:"The channel as people call it; without it, the name." env:"-" placeholder:"TITLE"`
	Can   []string `help:"What the channel can do: orders, webhooks, offers, stock, price, status, tracking, fees, dictionary, authorisation." default:"orders,offers,stock,price,status" env:"-" placeholder:"LIST"`
	Dir   string   `help:"Write everything into this folder; without it, to the driver's place in Lad's source tree." type:"path" env:"-" placeholder:"DIR"`
}

// Run writes the skeleton and says what comes next.
func (c driverNewCmd) Run() error {
	sk, err := driverkit.New(driverkit.Options{Name: c.Name, Title: c.Title, Can: c.Can, Dir: c.Dir, From: "."})
	if err != nil {
		return err
	}
	sk.Explain(os.Stdout)
	return nil
}

type driverCheckCmd struct {
	Name string `arg:"" help:"Name of a driver that this program is built with."`
}

// Run checks; a fault answers exit code 1.
func (c driverCheckCmd) Run() error {
	d, ok := drivers.ByName(c.Name)
	if !ok {
		var names []string
		for _, d := range drivers.All() {
			names = append(names, d.Info().Name)
		}
		return fmt.Errorf("this program has no driver %q, but %s; a new one is listed in internal/drivers/drivers.go", c.Name, strings.Join(names, ", "))
	}
	return driverkit.Check(os.Stdout, d)
}
