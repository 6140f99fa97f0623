package main

// notHere are scripts that are not run on Windows, with the reason: the script …
var notHere = map[string]string{
	"completion":  "runs bash",
	"configlinks": "makes links, which takes a right there",
	"hidden":      "makes files with control characters in their names, which no file has there",
	"lakelinks":   "makes links and named pipes, and the latter are no files there",
	"notfiles":    "makes links and named pipes, and reads /dev/zero",
}
