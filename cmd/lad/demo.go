package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/lad-hub/lad/internal/demo"
)

type demoCmd struct {
	Addr     string     `help:"Address to listen on. Whoever comes from this machine is signed in as the owner." default:"127.0.0.1:8080"`
	Data     string     `help:"Keep the shop in this folder and go on with it next time; without it the shop is gone afterwards." type:"path" placeholder:"DIR"`
	Pace     float64    `help:"How often buyers come: 1 is about an order in five seconds, 0 is none until the page says otherwise." default:"1"`
	NoBuyers bool       `help:"Nobody buys and nobody works: an empty desk to try by hand."`
	Seed     uint64     `help:"Another number makes another shop and other buyers." default:"1"`
	LogLevel slog.Level `help:"Least important message to log: DEBUG, INFO, WARN, ERROR." default:"ERROR"`
}

// Run plays the demo until it is told to stop.
func (c demoCmd) Run(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	err := demo.Run(ctx, demo.Options{Addr: c.Addr, Data: c.Data, Pace: c.Pace, Quiet: c.NoBuyers, Seed: c.Seed, Out: os.Stdout, Log: log})
	if err == nil {
		fmt.Println("The demo has ended; nothing is left behind but what --data keeps.")
	}
	return err
}
