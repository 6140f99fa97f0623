//go:build unix

package main

// notHere are scripts that are not run on this system.
var notHere map[string]string
