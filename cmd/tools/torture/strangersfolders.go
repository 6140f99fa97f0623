//go:build linux

package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// strangeLakes are lakes to be added to or read.
func strangeLakes() (all []stranger) {
	add := func(t *trap) [][]string { return [][]string{{"lake", t.s.few(), "--out", t.in("lake"), "--quiet"}} }
	both := func(t *trap) [][]string {
		return append([][]string{{"run", t.in("lake"), "--out", t.to("report")}}, add(t)...)
	}
	lake := func(name, says string, ends []int, runs func(*trap) [][]string, lay func(t *trap, lake string) error) {
		all = append(all, stranger{name: "a lake " + name, ends: ends, says: says, runs: runs, changes: true,
			make: func(t *trap) error {
				if err := copyFolder(t.s.path("lake"), t.in("lake")); err != nil {
					return err
				}
				return lay(t, t.in("lake"))
			}})
	}
	lake("whose lake.json in the making is a link", "", either, add, func(t *trap, lake string) error {
		return os.Symlink(t.own("table.csv"), filepath.Join(lake, ".lake.json.next"))
	})
	lake("whose lake.json in the making is the user's file by another name", "", either, add,
		func(t *trap, lake string) error {
			return os.Link(t.own("table.csv"), filepath.Join(lake, ".lake.json.next"))
		})
	for _, not := range notFiles {
		lake("whose lake.json in the making is "+not.name, "", either, add,
			func(t *trap, lake string) error { return not.make(t, filepath.Join(lake, ".lake.json.next")) })
		lake("whose lake.json is "+not.name, `lake\.json`, refused, add, func(t *trap, lake string) error {
			if err := os.Remove(filepath.Join(lake, "lake.json")); err != nil {
				return err
			}
			return not.make(t, filepath.Join(lake, "lake.json"))
		})
	}
	lake("whose lake.json is the user's", "", refused, add, func(t *trap, lake string) error {
		if err := os.Remove(filepath.Join(lake, "lake.json")); err != nil {
			return err
		}
		return os.Symlink(t.own("secret.json"), filepath.Join(lake, "lake.json"))
	})
	for _, deep := range []struct{ name, below string }{{"sign-ins", "signins"}, {"tenants", "signins/*"},
		{"days", "signins/*/*"}, {"audits", "audits"}} {
		lake("whose folder of "+deep.name+" is a link", "(?i)link", refused, add, func(t *trap, lake string) error {
			found, err := filepath.Glob(filepath.Join(lake, filepath.FromSlash(deep.below)))
			if err != nil || len(found) == 0 {
				return fmt.Errorf("no %s: %w", deep.below, err)
			}
			for _, folder := range found {
				if err := os.RemoveAll(folder); err != nil {
					return err
				}
				if err := os.Symlink(t.home, folder); err != nil {
					return err
				}
			}
			return nil
		})
	}
	parts := func(lake string, replace func(part string) error) error {
		n := 0
		err := filepath.WalkDir(lake, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".parquet" {
				return err
			}
			n++
			return replace(path)
		})
		if n == 0 && err == nil {
			return fmt.Errorf("no part in %s", lake)
		}
		return err
	}
	lake("whose parts are links to a secret", "", either, both, func(t *trap, lake string) error {
		return parts(lake, func(part string) error {
			if err := os.Remove(part); err != nil {
				return err
			}
			return os.Symlink(t.own("secret.json"), part)
		})
	})
	all[len(all)-1].also = func(t *trap, r result) error {
		text, err := os.ReadFile(t.to("report/evidence.csv"))
		if r.args[0] == "run" && (err != nil || !strings.Contains(string(text), "leads out")) {
			return fmt.Errorf("evidence.csv does not tell of the links: %w", err)
		}
		return nil
	}
	lake("whose parts in the making are links", "", either, add, func(t *trap, lake string) error {
		return parts(lake, func(part string) error {
			return os.Symlink(t.own("table.csv"), filepath.Join(filepath.Dir(part), "."+filepath.Base(part)+".next"))
		})
	})
	lake("whose parts in the making are the user's by another name", "", either, add,
		func(t *trap, lake string) error {
			done := false
			return parts(lake, func(part string) error {
				if done {
					return nil
				}
				done = true
				return os.Link(t.own("table.csv"), filepath.Join(filepath.Dir(part), "."+filepath.Base(part)+".next"))
			})
		})
	lake("whose parts are pipes", "", either, both, func(_ *trap, lake string) error {
		return parts(lake, func(part string) error {
			if err := os.Remove(part); err != nil {
				return err
			}
			return fifo(part)
		})
	})
	lake("whose exports are the user's folder", "", either, both, func(t *trap, lake string) error {
		if err := os.RemoveAll(filepath.Join(lake, "exports")); err != nil {
			return err
		}
		return os.Symlink(t.home, filepath.Join(lake, "exports"))
	})
	lake("whose lake.json names files above it", "", either, both, func(t *trap, lake string) error {
		return rewriteStrings(filepath.Join(lake, "lake.json"), func(s string) string {
			if strings.Contains(s, "/") || strings.Contains(s, ".") {
				return "../../home/secret.txt"
			}
			return s
		})
	})
	lake("whose lake.json is a million brackets", "lake", refused, add, func(_ *trap, lake string) error {
		return os.WriteFile(filepath.Join(lake, "lake.json"), bytes.Repeat([]byte(`{"a":[`), 1_000_000), 0o600)
	})
	all = append(all, stranger{name: "a lake to be written to a pipe", ends: refused, says: "folder|directory",
		runs: add,
		make: func(t *trap) error { return fifo(t.in("lake")) }})
	return all
}

// rewriteStrings changes every text of a JSON file.
func rewriteStrings(file string, change func(string) string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fresh := regexp.MustCompile(`: ?"(?:[^"\\]|\\.)*"`).ReplaceAllFunc(text, func(m []byte) []byte {
		var s string
		if json.Unmarshal(m[1:], &s) != nil {
			return m
		}
		q, _ := json.Marshal(change(s))
		return append([]byte(":"), q...)
	})
	if bytes.Equal(fresh, text) {
		return fmt.Errorf("nothing of %s was changed", file)
	}
	return os.WriteFile(file, fresh, 0o600)
}

// strangeReports are report folders to be replaced, verified, compared or made a script of.
func strangeReports() (all []stranger) {
	again := func(more ...string) func(t *trap) [][]string {
		return func(t *trap) [][]string {
			return [][]string{append([]string{"run", t.s.few(), "--out", t.in("report")}, more...)}
		}
	}
	look := func(t *trap) [][]string {
		all := [][]string{
			{"verify", t.in("report")},
			{"diff", t.s.whole.old, t.in("report")},
			{"remediate", t.in("report"), "--out", t.to("fixes.ps1")},
		}
		if t.s.short {
			return all[:1]
		}
		return all
	}
	// What a manifest does not list is for verify alone to tell; a script of fixes needs none of it.
	tells := func(_ *trap, r result) error {
		if r.args[0] == "verify" && r.status == 0 {
			return fmt.Errorf("verify finds nothing")
		}
		return nil
	}
	report := func(name, says string, ends []int, changes bool, runs func(*trap) [][]string,
		lay func(t *trap, report string) error) {
		all = append(all, stranger{name: "a report " + name, ends: ends, says: says, changes: changes, runs: runs,
			also: tells, make: func(t *trap) error {
				if err := copyFolder(t.s.whole.report, t.in("report")); err != nil {
					return err
				}
				return lay(t, t.in("report"))
			}})
	}
	write := func(name, text string) func(*trap, string) error {
		return func(_ *trap, report string) error {
			return os.WriteFile(filepath.Join(report, name), []byte(text), 0o600)
		}
	}
	report("with an examiner's notes in it", `notes\.txt`, refused, false, again(), write("notes.txt", "my notes"))
	report("with an examiner's notes in a hidden file", `\.notes`, refused, false, again(),
		write(".notes", "my notes"))
	report("with notes in a table", `findings\.csv`, refused, false, again(), func(_ *trap, report string) error {
		f, err := os.OpenFile(filepath.Join(report, "findings.csv"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteString("my notes\n")
		return err
	})
	report("with an examiner's folder in it", `mine`, refused, false, again(), func(_ *trap, report string) error {
		return os.Mkdir(filepath.Join(report, "mine"), 0o700)
	})
	report("with notes, to be replaced all the same", "", judged, true, again("--replace"),
		write("notes.txt", "my notes"))
	report("with a link to the user's folder, to be replaced", "", judged, true, again("--replace"),
		func(t *trap, report string) error {
			return os.Symlink(t.home, filepath.Join(report, "more"))
		})
	report("with the user's file by another name, to be replaced", "", judged, true, again("--replace"),
		func(t *trap, report string) error {
			if err := os.Remove(filepath.Join(report, "findings.csv")); err != nil {
				return err
			}
			return os.Link(t.own("table.csv"), filepath.Join(report, "findings.csv"))
		})
	report("over which nothing is to be assessed", "", []int{5}, false, func(t *trap) [][]string {
		return [][]string{{"run", t.s.path("none"), "--out", t.in("report")}}
	}, func(*trap, string) error { return nil })
	report("over which nothing of the period is to be assessed", "", []int{5}, false, func(t *trap) [][]string {
		return [][]string{{"run", t.s.few(), "--period", "1999", "--out", t.in("report")}}
	}, func(*trap, string) error { return nil })
	report("over which evidence is missing", "", refused, false, func(t *trap) [][]string {
		return [][]string{{"run", t.s.path("nowhere"), "--out", t.in("report")}}
	}, func(*trap, string) error { return nil })
	all = append(all, stranger{name: "a report whose folder is a link to the user's", ends: refused, runs: again(),
		make: func(t *trap) error { return os.Symlink(t.home, t.in("report")) }},
		stranger{name: "a report whose folder is a pipe", ends: refused, runs: look,
			make: func(t *trap) error { return fifo(t.in("report")) }},
		stranger{name: "a report to be written to a pipe", ends: refused, runs: again(),
			make: func(t *trap) error { return fifo(t.in("report")) }})
	rename := func(from func(string) bool, to string) func(*trap, string) error {
		return func(_ *trap, report string) error {
			return rewriteStrings(filepath.Join(report, "manifest.json"), func(s string) string {
				if from(s) {
					return to
				}
				return s
			})
		}
	}
	outputs := func(s string) bool { return strings.HasSuffix(s, ".csv") && !strings.Contains(s, "/") }
	above := rename(outputs, "../../home/secret.txt")
	report("whose manifest names files above it", "", []int{0, 1, 2, 3}, false, look, above)
	report("whose manifest names files above it, to be replaced", "", refused, false, again(), above)
	report("whose manifest names files above it, to be replaced all the same", "", either, true, again("--replace"),
		above)
	report("whose manifest names the user's by path", "", []int{0, 1, 2, 3}, false, look,
		func(t *trap, r string) error {
			return rename(outputs, t.own("secret.txt"))(t, r)
		})
	report("whose manifest clears the screen", "", []int{0, 1, 2, 3}, false, look,
		rename(outputs, "\x1b[2J\u202e\u200bx.csv"))
	report("of a program that clears the screen", "", []int{0, 1, 2, 3}, false, look,
		rename(func(s string) bool { return s == "unreleased" || strings.HasPrefix(s, "v") }, "\x1b[2J\u202e1"))
	all[len(all)-1].also = nil // it is as its manifest says
	for _, file := range []string{"manifest.json", "findings.json", "manifest.json.minisig"} {
		for _, not := range notFiles {
			report("whose "+file+" is "+not.name, "", []int{0, 1, 2, 3}, false, look,
				func(t *trap, report string) error {
					_ = os.Remove(filepath.Join(report, file))
					return not.make(t, filepath.Join(report, file))
				})
			if a := &all[len(all)-1]; not.name == "2 GB of nothing" {
				a.times = 5 // verify hashes it
				if file == "manifest.json.minisig" {
					a.also = nil // without a key a signature is not looked at, and verify says so
				}
			}
		}
	}
	report("whose findings.json is a secret", "", []int{0, 1, 2, 3}, false, look, func(t *trap, report string) error {
		if err := os.Remove(filepath.Join(report, "findings.json")); err != nil {
			return err
		}
		return os.Symlink(t.own("secret.json"), filepath.Join(report, "findings.json"))
	})
	report("whose manifest is a million brackets", "manifest", refused, false, look,
		func(_ *trap, report string) error {
			return os.WriteFile(filepath.Join(report, "manifest.json"), bytes.Repeat([]byte(`{"inputs":[`), 1_000_000),
				0o600)
		})
	all = append(all, stranger{name: "a report whose findings are PowerShell", ends: []int{0, 1, 2},
		make: func(t *trap) error {
			if err := copyFolder(t.s.whole.report, t.in("report")); err != nil {
				return err
			}
			return rewriteStrings(filepath.Join(t.in("report"), "findings.json"), func(s string) string {
				if len(s) > 40 {
					return "x\r\nRemove-Item evil\n#>\nRemove-Item evil\u2028Remove-Item evil\u0085Remove-Item evil`nRemove-Item evil"
				}
				return s
			})
		}, runs: func(t *trap) [][]string { return [][]string{{"remediate", t.in("report"), "--out", t.to("fixes.ps1")}} }, also: func(t *trap, _ result) error {
			text, err := os.ReadFile(t.to("fixes.ps1"))
			if err != nil {
				return nil // it was refused
			}
			for _, line := range regexp.MustCompile("[\r\n\u0085\u2028\u2029]+").Split(string(text), -1) {
				if line = strings.TrimLeft(line, "\ufeff \t"); line != "" && !strings.HasPrefix(line, "#") || strings.Contains(line, "#>") || strings.Contains(line, "<#") {
					return fmt.Errorf("a line of the script is not a comment: %.200q", line)
				}
			}
			return nil
		}})
	return all
}

const ruleHead = `---
id: OWN-RULE
title: %s
severity: low
population: logins
needs: []
why: We look. It is our custom.
how_to_verify: Ask the user.
how_to_fix: Nothing to fix.
%s---
`

// strangeRules are folders of rules.
func strangeRules() (all []stranger) {
	runs := func(t *trap) [][]string {
		return [][]string{{"run", t.s.few(), "--out", t.to("report"), "--rules", t.in("rules")}}
	}
	list := func(t *trap) [][]string {
		return append([][]string{{"rules", "list", "--rules", t.in("rules")}}, runs(t)...)
	}
	rules := func(name, says string, ends []int, runs func(*trap) [][]string, lay func(t *trap, rules string) error) {
		all = append(all, stranger{name: "rules " + name, ends: ends, says: says, runs: runs, make: func(t *trap) error {
			if err := os.Mkdir(t.in("rules"), 0o700); err != nil {
				return err
			}
			return lay(t, t.in("rules"))
		}})
	}
	rule := func(name, says string, ends []int, title, head, query string) {
		rules(name, says, ends, runs, func(t *trap, rules string) error {
			return os.WriteFile(filepath.Join(rules, "own.sql"), []byte(fmt.Sprintf(ruleHead, title, head)+strings.ReplaceAll(query, "HOME", t.home)), 0o600)
		})
	}
	const columns = `SELECT tenant_id, 'user' AS subject_type, user_id AS subject_id, 'x' AS summary, records AS about FROM logins`
	for _, not := range notFiles {
		rules("among which is "+not.name, `own\.sql`, []int{1, 2}, list, func(t *trap, rules string) error { return not.make(t, filepath.Join(rules, "own.sql")) })
		if not.name != "a folder" {
			all = append(all, stranger{name: "rules whose folder is " + not.name, ends: refused, says: "rules", runs: list, make: func(t *trap) error { return not.make(t, t.in("rules")) }})
		}
	}
	all = append(all, stranger{name: "rules that are not there", ends: refused, says: "rules", runs: list, make: func(*trap) error { return nil }})
	rules("that are a secret", `own\.sql`, []int{1, 2}, list, func(t *trap, rules string) error {
		return os.Symlink(t.own("secret.txt"), filepath.Join(rules, "own.sql"))
	})
	rules("of a megabyte and a byte", `own\.sql`, []int{1, 2}, list, func(_ *trap, rules string) error {
		return os.WriteFile(filepath.Join(rules, "own.sql"), append([]byte(fmt.Sprintf(ruleHead, "x", "")+columns+" -- "), bytes.Repeat([]byte("x"), 1<<20)...), 0o600)
	})
	rules("in 1,001 files", `1,?000`, []int{1, 2}, list, func(_ *trap, rules string) error {
		for i := range 1001 {
			if err := os.WriteFile(filepath.Join(rules, fmt.Sprintf("r%d.sql", i)), []byte("x"), 0o600); err != nil {
				return err
			}
		}
		return nil
	})
	rules("whose file's name clears the screen", "", []int{1, 2}, list, func(_ *trap, rules string) error {
		return os.WriteFile(filepath.Join(rules, "\x1b[2J\u202e\u200b.sql"), []byte("\x1b[2J"), 0o600)
	})
	rules("whose front matter grows", `own\.sql`, []int{1, 2}, list, func(_ *trap, rules string) error {
		text := "---\na: &a [x,x,x,x,x,x,x,x,x]\n"
		for c := 'b'; c < 'm'; c++ {
			text += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8)+fmt.Sprintf("*%c", c-1))
		}
		return os.WriteFile(filepath.Join(rules, "own.sql"), []byte(text+"id: *l\n---\nSELECT 1"), 0o600)
	})
	rules("whose front matter is deep", `own\.sql`, []int{1, 2}, list, func(_ *trap, rules string) error {
		return os.WriteFile(filepath.Join(rules, "own.sql"), []byte("---\nid: "+strings.Repeat("[", 300_000)+"\n---\nSELECT 1"), 0o600)
	})
	rule("that clear the screen", "", either, `"\e[2J\u202e\u200bx"`, "", columns)
	rule("whose error clears the screen", `own\.sql`, []int{1, 2}, "x", "", "SELECT error('\x1b[2J') AS tenant_id FROM logins")
	rule("that name JavaScript as a reference", `own\.sql`, []int{1, 2}, "x", "references: [\"javascript:alert(1)\"]\n", columns)
	rule("that name http as a reference", `own\.sql`, []int{1, 2}, "x", "references: [\"http://contoso.example\"]\n", columns)
	rule("that name https and more as a reference", "", either, "x", "references: [\"https://contoso.example/\\\" onclick=\\\"alert(1)\"]\n", columns)
	all[len(all)-1].also = func(t *trap, _ result) error {
		if page, err := os.ReadFile(t.to("report/report.html")); err == nil && bytes.Contains(page, []byte(`onclick="alert`)) {
			return fmt.Errorf("the page has the rule's handler")
		}
		return nil
	}
	rule("that never end", `OWN-RULE|own\.sql`, []int{1, 2, 130}, "x", "",
		`SELECT tenant_id, 'user' AS subject_type, user_id AS subject_id, 'x' AS summary, records AS about FROM logins WHERE (SELECT count(*) FROM range(1000000000000) AS a(x), range(1000000) AS b(y) WHERE x * y = 7) > 1`)
	rule("that call themselves for ever", `OWN-RULE|own\.sql`, []int{1, 2, 130}, "x", "",
		`WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT tenant_id, 'user' AS subject_type, user_id AS subject_id, 'x' AS summary, records AS about FROM logins WHERE (SELECT max(x) FROM r) > 1`)
	rule("with a billion rows", `OWN-RULE|own\.sql`, []int{1, 2}, "x", "",
		`SELECT tenant_id, 'user' AS subject_type, user_id AS subject_id, 'x' || range AS summary, records AS about FROM logins, range(1000000000)`)
	rule("with a million findings of a page each", `OWN-RULE|own\.sql`, []int{1, 2}, "x", "",
		`SELECT tenant_id, 'user' AS subject_type, user_id AS subject_id, repeat('x', 4000) || range AS summary, records AS about FROM logins, range(1000000)`)
	rule("with a summary of gigabytes", `OWN-RULE|own\.sql`, []int{1, 2}, "x", "",
		`SELECT tenant_id, 'user' AS subject_type, user_id AS subject_id, repeat('x', 3000000000) AS summary, records AS about FROM logins`)
	for i := range all {
		if a := &all[i]; strings.Contains(a.name, "never end") || strings.Contains(a.name, "for ever") {
			// A rule may take its five minutes; an interrupt ends it.
			a.signal, a.also = true, func(_ *trap, r result) error {
				if r.took > 22*time.Second {
					return fmt.Errorf("it ended %v after the signal", r.took-2*time.Second)
				}
				return nil
			}
		}
	}
	for name, query := range inOrder(map[string]string{"read a file": `SELECT * FROM read_text('HOME/secret.txt')`, "ask the environment": `SELECT getenv('HOME') AS tenant_id`,
		"write": `COPY (SELECT 1) TO 'HOME/table.csv'`, "attach": `ATTACH 'HOME/x.duckdb' AS x`, "set": `SET enable_external_access = true`, "drop": `DROP TABLE signin_record`,
		"make": `CREATE MACRO lower(x) AS 'x'`, "are two": `SELECT 1; SELECT 2`, "read in a WITH": `WITH x AS (FROM 'HOME/table.csv') ` + columns + ` WHERE (SELECT count(*) FROM x) > 0`,
		"query in a query": `SELECT * FROM query('SELECT 1')`, "list": `SELECT file AS tenant_id FROM glob('HOME/*')`}) {
		rule("that "+name, `own\.sql`, []int{1, 2}, "x", "", query)
	}
	rule("that give a row hostile texts", "", either, "x", "",
		"SELECT tenant_id, 'user' AS subject_type, '=cmd|x' AS subject_id, '<script>alert(1)</script>\x1b[2J' AS summary, records AS about FROM logins")
	return all
}

// strangeFiles are configurations, keys and evidence.
func strangeFiles() (all []stranger) {
	configured := func(t *trap) [][]string {
		return [][]string{{"config", "check", t.in("tapaudit.yaml")}, {"run", t.s.few(), "--config", t.in("tapaudit.yaml"), "--out", t.to("report"), "--quiet"}}
	}
	for _, key := range []string{"onboarding_roster", "supervision_register"} {
		config := func(name, path string, lay func(t *trap) error) {
			all = append(all, stranger{name: "a configuration whose " + key + " is " + name, ends: refused, says: key + "|roster|register", runs: configured, make: func(t *trap) error {
				if lay != nil {
					if err := lay(t); err != nil {
						return err
					}
				}
				return os.WriteFile(t.in("tapaudit.yaml"), []byte(key+": "+path+"\n"), 0o600)
			}})
		}
		config("/etc/shadow", "/etc/shadow", nil)
		config("above it", "../home/table.csv", nil)
		config("above it by a detour", "x/../../home/table.csv", func(t *trap) error { return os.Mkdir(t.in("x"), 0o700) })
		config("a link out of its folder", "list.csv", func(t *trap) error { return os.Symlink(t.own("table.csv"), t.in("list.csv")) })
		config("in a folder that is a link", "x/table.csv", func(t *trap) error { return os.Symlink(t.home, t.in("x")) })
		for _, not := range notFiles {
			config(not.name, "list.csv", func(t *trap) error { return not.make(t, t.in("list.csv")) })
		}
	}
	for _, not := range notFiles {
		all = append(all, stranger{name: "a configuration that is " + not.name, ends: refused, says: `tapaudit\.yaml`, runs: configured, make: func(t *trap) error { return not.make(t, t.in("tapaudit.yaml")) }},
			stranger{name: "a key that is " + not.name, ends: refused, says: "key", make: func(t *trap) error { return not.make(t, t.in("key")) }, runs: func(t *trap) [][]string {
				return [][]string{
					{"run", t.s.few(), "--out", t.to("report"), "--pseudonymise", t.in("key")},
					{"run", t.s.few(), "--out", t.to("report"), "--sign", t.in("key")},
					{"verify", t.s.whole.report, "--public-key", t.in("key")},
				}
			}})
		if not.name == "2 GB of nothing" { // evidence may be large, and takes its time
			continue
		}
		all = append(all, stranger{name: "evidence among which is " + not.name, ends: []int{0}, make: func(t *trap) error {
			if err := os.Mkdir(t.in("evidence"), 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(t.in("evidence", "good.ndjson"), []byte(signIns("good", 5)), 0o600); err != nil {
				return err
			}
			return not.make(t, t.in("evidence", "x.json"))
		}, runs: func(t *trap) [][]string { return [][]string{{"run", t.in("evidence"), "--out", t.to("report")}} }, also: func(t *trap, _ result) error {
			text, err := os.ReadFile(t.to("report/evidence.csv"))
			if err == nil && not.name != "a folder" && !strings.Contains(string(text), "x.json") {
				err = fmt.Errorf("evidence.csv does not tell of it")
			}
			return err
		}})
	}
	all = append(all, stranger{name: "a configuration that grows", ends: refused, says: `tapaudit\.yaml`, runs: configured, make: func(t *trap) error {
		text := "organisation: &a [x,x,x,x,x,x,x,x,x]\n"
		for c := 'b'; c < 'm'; c++ {
			text += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8)+fmt.Sprintf("*%c", c-1))
		}
		return os.WriteFile(t.in("tapaudit.yaml"), []byte(text), 0o600)
	}},
		stranger{name: "a configuration that clears the screen", ends: refused, runs: configured, make: func(t *trap) error {
			return os.WriteFile(t.in("tapaudit.yaml"), []byte("\"\\e[2J\\u202e\": x\norganisation: \"\\e[2J\"\n"), 0o600)
		}},
		stranger{name: "evidence with devices, links and hostile names", ends: []int{0}, make: func(t *trap) error {
			if err := os.WriteFile(t.in("good.ndjson"), []byte(signIns("good", 5)), 0o600); err != nil {
				return err
			}
			for name, to := range map[string]string{"out.json": t.own("secret.json"), "up": "../..", "home": t.home, "proc": "/proc/self/environ", "fd": "/dev/fd/0", "\x1b[2J\u202e\u200b.json": "nowhere"} {
				if err := os.Symlink(to, t.in(name)); err != nil {
					return err
				}
			}
			// In a user's namespace nobody makes a device.
			_ = syscall.Mknod(t.in("null.json"), syscall.S_IFCHR|0o600, 1<<8|3)
			_ = syscall.Mknod(t.in("zero.json"), syscall.S_IFCHR|0o600, 1<<8|5)
			return os.WriteFile(t.in("\x1b[31mred\u2028\u00ad.json"), []byte(`{"x":"`+"\x1b[2J"+`"}`), 0o600)
		}, runs: func(t *trap) [][]string { return [][]string{{"run", t.given, "--out", t.to("report"), "--verbose"}} }},
		stranger{name: "evidence that is a pipe nobody writes to", ends: []int{1, 2, 130}, signal: true, make: func(t *trap) error { return fifo(t.in("pipe")) },
			runs: func(t *trap) [][]string {
				return [][]string{{"run", t.in("pipe"), "--out", t.to("report")}, {"verify", t.s.whole.report, "--evidence", t.in("pipe")}}
			}})
	for _, name := range []string{"x.7z", "x.rar", "x.tar", "x.tar.gz", "x.tgz"} {
		content := map[string]string{"x.7z": "7z\xbc\xaf\x27\x1c" + noise(500), "x.rar": "Rar!\x1a\x07\x01\x00" + noise(500)}[name]
		if content == "" {
			content = tarOf("a.ndjson", signIns("in", 2))
		}
		if strings.HasSuffix(name, "gz") {
			content = string(gzipped(content))
		}
		all = append(all, stranger{name: "an archive that is not read, " + name, ends: []int{0}, says: "(?i)unpack|extract", make: func(t *trap) error {
			return os.WriteFile(t.in(name), []byte(content), 0o600)
		}, runs: func(t *trap) [][]string {
			_ = os.WriteFile(t.s.path("beside.ndjson"), []byte(signIns("good", 5)), 0o600)
			return [][]string{{"run", t.given, t.s.path("beside.ndjson"), "--out", t.to("report"), "--verbose"}}
		}})
	}
	return all
}

// tarOf is a tar of one file.
func tarOf(name, content string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content))})
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	return b.String()
}
