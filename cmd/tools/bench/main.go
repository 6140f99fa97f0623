// Command bench measures tapaudit against what bounds it, each pair in turn in one run, as a ratio: the machine's own
// speed cancels out. It prints a table; cmd/README.md shows one and says how it came about.
//
//	bench -tapaudit bin/tapaudit [-signins 150000] [-rounds 3] [-large]
package main

import (
	"archive/zip"
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"tapaudit/ingest/madeup"
	"tapaudit/ingest/record"
)

func main() {
	if len(os.Args) >= 4 && os.Args[1] == "bare-load" {
		exitOn(bareLoad(os.Args[2], os.Args[3:]))
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "on-duckdb" {
		exitOn(onDuckDB(os.Args[2]))
		return
	}
	if len(os.Args) == 5 && os.Args[1] == "write-lake" {
		exitOn(writeLake(os.Args[2], os.Args[3], os.Args[4]))
		return
	}
	lengths := flag.String("lakes", "",
		"instead of all that, reduce and judge lakes of these numbers of days, e.g. 1,10,100")
	perDay := flag.Int("perday", 500_000, "sign-ins of a lake's day")
	spark := flag.String("spark", "", "a Python with PySpark, to reduce lakes on Spark too")
	tapaudit := flag.String("tapaudit", "bin/tapaudit", "the program to measure")
	samples := flag.String("samplelogs", "", "the generator of sign-ins (a built cmd/tools/samplelogs)")
	signIns := flag.Int("signins", 150_000, "sign-ins of the basic file")
	rounds := flag.Int("rounds", 3, "counted rounds of each pair")
	large := flag.Bool("large", false, "also ten times the sign-ins, and a million for the analysis")
	flag.Parse()
	if *lengths != "" {
		exitOn(lakes(*tapaudit, *lengths, *perDay, *spark))
		return
	}
	exitOn(measure(*tapaudit, *samples, *signIns, *rounds, *large))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one session of measurements in a temporary folder.
type bench struct {
	tapaudit, samples, dir string
	rounds                 int
}

func measure(tapaudit, samples string, signIns, rounds int, large bool) error {
	dir, err := os.MkdirTemp("", "tapaudit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{tapaudit, samples, dir, rounds}
	fmt.Printf("%s/%s, %d processors, median of %d rounds\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	fmt.Println("| what | seconds | against | seconds | ratio (min to max) | of processor time | peak memory |")
	fmt.Println("|---|---|---|---|---|---|---|")

	basic, err := b.signIns("basic", signIns)
	if err != nil {
		return err
	}
	gzipped, err := compressed(basic)
	if err != nil {
		return err
	}
	page, err := asPage(basic)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bare := []string{self, "bare-load", filepath.Join(dir, "bare.duckdb"), basic}
	what := fmt.Sprintf("%d sign-ins", signIns)
	if err := b.pair("ingest NDJSON, "+what, b.ingest(basic), "DuckDB's bare load", bare); err != nil {
		return err
	}
	if err := b.pair("ingest a Graph page, "+what, b.ingest(page), "DuckDB's bare load", bare); err != nil {
		return err
	}
	rows, err := asCSV(basic)
	if err != nil {
		return err
	}
	if err := b.pair("ingest CSV of Log Analytics, "+what, b.ingest(rows), "DuckDB's bare load of it",
		[]string{self, "bare-load", filepath.Join(dir, "bare.duckdb"), rows}); err != nil {
		return err
	}
	if err := b.pair("ingest NDJSON.gz, "+what, b.ingest(gzipped), "gzip -dc",
		[]string{"gzip", "-dc", gzipped}); err != nil {
		return err
	}
	if err := b.pieces(basic, signIns); err != nil {
		return err
	}
	records := 200_000
	if large {
		records = 1_000_000
	}
	if err := b.unified(records); err != nil {
		return err
	}
	two := append(b.ingest(basic), "--threads", "2")
	if err := b.pair("ingest NDJSON with --threads 1, "+what, append(b.ingest(basic), "--threads", "1"),
		"with --threads 2", two); err != nil {
		return err
	}
	if _, err := exec.LookPath("jq"); err == nil {
		jq := []string{"jq", "-c",
			`select(any(.authenticationDetails[]?; .authenticationMethod == "Temporary Access Pass"))`, basic}
		if err := b.pair("run with report, "+what,
			[]string{tapaudit, "run", basic, "--quiet", "--out", filepath.Join(dir, "report")},
			"jq filter for TAP steps", jq); err != nil {
			return err
		}
	} else {
		fmt.Println("| run with report | not measured: jq is not installed | | | | |")
	}
	oneUser := func(n int) ([]string, error) {
		folder := filepath.Join(dir, fmt.Sprintf("one-user-%d", n))
		return b.audit(folder), onboardings{tenant: tenantNo(0), n: n, over: 200 * 24 * time.Hour,
			users: 1}.write(folder)
	}
	if err := b.growth("run with report, %d log-ins of one user", 16_000, 64_000, oneUser); err != nil {
		return err
	}
	if !large {
		return nil
	}
	manyTenants := func(n int) ([]string, error) {
		folder := filepath.Join(dir, fmt.Sprintf("tenants-%d", n))
		for i := range n {
			o := onboardings{tenant: tenantNo(i), n: 2, over: 200 * 24 * time.Hour, users: 2}
			if err := o.write(filepath.Join(folder, "tenantId="+o.tenant)); err != nil {
				return nil, err
			}
		}
		return b.audit(folder), nil
	}
	if err := b.growth("run with report, %d tenants", 1_000, 8_000, manyTenants); err != nil {
		return err
	}
	tenfold, err := b.signIns("tenfold", 10*signIns)
	if err != nil {
		return err
	}
	if err := b.pair(fmt.Sprintf("ingest NDJSON, %d sign-ins", 10*signIns), b.ingest(tenfold), "a tenth of them",
		b.ingest(basic)); err != nil {
		return err
	}
	os.Remove(tenfold)
	return b.analysis(1_000_000, 1_000)
}

// signIns writes a file of generated sign-ins.
func (b *bench) signIns(name string, n int) (string, error) {
	out := filepath.Join(b.dir, name)
	cmd := exec.Command(b.samples, "--out", out, "--signins", fmt.Sprint(n))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("generating sign-ins: %w", err)
	}
	return filepath.Join(out, "evidence", "signins", "signIns-ordinary.ndjson"), nil
}

// ingest is the command that loads a file into a new case.
func (b *bench) ingest(path string) []string {
	return []string{b.tapaudit, "ingest", path, "--quiet", "--case", filepath.Join(b.dir, "case.duckdb")}
}

// pieces measures many small files, and a zip of very many, against the same bytes in one file. There are fewer
// sign-ins than in the basic file, so that a file of them has the size of an hour's.
func (b *bench) pieces(path string, signIns int) error {
	const files, members = 1200, 20_000
	signIns = min(signIns, 28_000)
	whole, folder, archive := filepath.Join(b.dir, "whole.ndjson"), filepath.Join(b.dir, "hourly"),
		filepath.Join(b.dir, "members.zip")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	one := func(int) (io.WriteCloser, error) { return os.Create(whole) }
	hourly := func(i int) (io.WriteCloser, error) {
		return os.Create(filepath.Join(folder, fmt.Sprintf("PT1H-%04d.json", i)))
	}
	file, err := os.Create(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	zipped := zip.NewWriter(file)
	member := func(i int) (io.WriteCloser, error) {
		w, err := zipped.Create(fmt.Sprintf("PT1H-%05d.json", i))
		return unclosed{w}, err
	}
	err = errors.Join(split(path, signIns, 1, one), split(path, signIns, files, hourly),
		split(path, signIns, members, member), zipped.Close())
	if err != nil {
		return err
	}
	if err := b.pair(fmt.Sprintf("ingest %d files, %d sign-ins", files, signIns), b.ingest(folder),
		"the same in one file", b.ingest(whole)); err != nil {
		return err
	}
	return b.pair(fmt.Sprintf("ingest a zip of %d members, %d sign-ins", members, signIns), b.ingest(archive),
		"the same in one file", b.ingest(whole))
}

// unclosed is a writer that whoever made it closes.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// split shares the first n lines of a file out over as many pieces. It holds one line: what this process holds would
// count as the memory of those it starts.
func split(path string, n, pieces int, create func(i int) (io.WriteCloser, error)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<20)
	for i := range pieces {
		piece, err := create(i)
		if err != nil {
			return err
		}
		for range (i+1)*n/pieces - i*n/pieces {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return errors.Join(err, piece.Close())
			}
			if _, err := piece.Write(line); err != nil {
				return errors.Join(err, piece.Close())
			}
		}
		if err := piece.Close(); err != nil {
			return err
		}
	}
	return nil
}

// audit is the command that judges a folder and writes its report.
func (b *bench) audit(folder string) []string {
	return []string{b.tapaudit, "run", folder, "--quiet", "--out", filepath.Join(b.dir, "report")}
}

// growth measures more of something against less of it.
func (b *bench) growth(what string, less, more int, evidence func(n int) ([]string, error)) error {
	fewer, err := evidence(less)
	if err != nil {
		return err
	}
	all, err := evidence(more)
	if err != nil {
		return err
	}
	return b.pair(fmt.Sprintf(what, more), all, fmt.Sprintf("%d of them", less), fewer)
}

// cost is what a run took: seconds of the clock and of the processors, and the largest resident size in bytes.
type cost struct {
	clock, processor float64
	peak             int64
}

// run is one measured run on a new case.
func (b *bench) run(argv []string) (cost, error) {
	for _, name := range []string{"case.duckdb", "bare.duckdb"} {
		os.Remove(filepath.Join(b.dir, name))
		os.Remove(filepath.Join(b.dir, name+".wal"))
	}
	return b.keep(argv)
}

// keep is a measured run on whatever case is there.
func (b *bench) keep(argv []string) (cost, error) {
	cmd := exec.CommandContext(context.Background(), argv[0], argv[1:]...)
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", strings.Join(argv[:2], " "), err, stderr.String())
	}
	state := cmd.ProcessState
	return cost{time.Since(start).Seconds(), (state.UserTime() + state.SystemTime()).Seconds(), peakMemory(state)}, nil
}

// comparison gathers the rounds of two commands.
type comparison struct {
	mine, theirs, ratios, processor []float64
	peak                            int64 // of mine
}

func (c *comparison) add(mine, theirs cost) {
	c.mine, c.theirs = append(c.mine, mine.clock), append(c.theirs, theirs.clock)
	c.ratios, c.processor = append(c.ratios, mine.clock/theirs.clock),
		append(c.processor, mine.processor/theirs.processor)
	c.peak = max(c.peak, mine.peak)
}

// print writes the medians and the ratios as a row.
func (c *comparison) print(what, against string) {
	fmt.Printf("| %s | %.2f | %s | %.2f | %.2f (%.2f to %.2f) | %.2f | %d MiB |\n", what, median(c.mine), against,
		median(c.theirs),
		median(c.ratios), slices.Min(c.ratios), slices.Max(c.ratios), median(c.processor), c.peak>>20)
}

// pair runs two commands in turn and compares them round by round.
func (b *bench) pair(name string, a []string, against string, other []string) error {
	var all comparison
	for round := range b.rounds + 1 {
		mine, err := b.run(a)
		if err != nil {
			return err
		}
		theirs, err := b.run(other)
		if err != nil {
			return err
		}
		if round > 0 { // the first warms the page cache
			all.add(mine, theirs)
		}
	}
	all.print(name, against)
	return nil
}

// analysis measures the judging of many sign-ins with many log-ins against their ingest.
func (b *bench) analysis(signIns, logins int) error {
	path, err := b.signIns("million", signIns)
	if err != nil {
		return err
	}
	if err := (onboardings{tenant: tenantNo(0), n: logins, over: time.Duration(logins) * 2 * time.Hour,
		users: logins}).write(filepath.Dir(path)); err != nil {
		return err
	}
	return b.judged(fmt.Sprintf("analysis of %d sign-ins with %d log-ins", signIns, logins), filepath.Dir(path))
}

// judged measures the analysis of a folder against its ingest.
func (b *bench) judged(what, folder string) error {
	var all comparison
	for range max(b.rounds-1, 1) {
		load, err := b.run(b.ingest(folder))
		if err != nil {
			return err
		}
		judge, err := b.keep([]string{b.tapaudit, "analyze", "--quiet", "--case", filepath.Join(b.dir, "case.duckdb")})
		if err != nil {
			return err
		}
		all.add(judge, load)
	}
	all.print(what, "their ingest")
	return nil
}

// onboardings are proper ones: a pass, a log-in with it, a method; n of them, one after the other, of so many users.
type onboardings struct {
	tenant   string
	n, users int
	over     time.Duration
}

func tenantNo(i int) string { return fmt.Sprintf("25b1f699-3870-4dbb-a781-%012x", 0xc22127c974d7+i) }

// write adds them to a folder, in files of their own.
func (o onboardings) write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	signIns, err := os.Create(filepath.Join(dir, "logins.ndjson"))
	if err != nil {
		return err
	}
	defer signIns.Close()
	lines := json.NewEncoder(signIns)
	audits, err := os.Create(filepath.Join(dir, "audits.ndjson"))
	if err != nil {
		return err
	}
	defer audits.Close()
	start := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	for i := range o.n {
		at := start.Add(o.over / time.Duration(o.n) * time.Duration(i))
		number := i % o.users
		user := fmt.Sprintf("00000000-0000-0000-0002-%012d", number+1)
		clock := func(minutes int) string { return at.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339) }
		for k, event := range []struct{ activity, reason, actor string }{
			{"Admin registered security info", "Admin registered temporary access pass method for user",
				"00000000-0000-0000-0003-000000000001"},
			{"User registered security info", "User registered Fido2 Authentication Method", user},
		} {
			fmt.Fprintf(audits, `{"id":"bench-%d-%d","activityDateTime":"%s","activityDisplayName":"%s","category":"UserManagement","correlationId":"bench-%d-%d","loggedByService":"Authentication Methods","result":"success","resultReason":"%s","initiatedBy":{"user":{"id":"%s","userPrincipalName":"%s@contoso.example"}},"targetResources":[{"id":"%s","type":"User","userPrincipalName":"new%d@contoso.example","modifiedProperties":[]}],"additionalDetails":[]}`+"\n",
				i, k, clock(20*k), event.activity, i, k, event.reason, event.actor, event.actor[24:], user, number)
		}
		in := madeup.NewSignIn(fmt.Sprintf("bench-%d", i), at.Add(10*time.Minute), o.tenant,
			madeup.User{ID: user, UPN: fmt.Sprintf("new%d@contoso.example", number)}, madeup.MySignins)
		in.IPAddress, in.CorrelationID = "198.51.100.7", fmt.Sprintf("bench-c-%d", i)
		in.SessionID = fmt.Sprintf("bench-s-%d", i)
		in.AuthenticationDetails = []madeup.Step{{Method: "Temporary Access Pass", Succeeded: true}}
		if err := lines.Encode(in); err != nil {
			return err
		}
	}
	return nil
}

func median(numbers []float64) float64 {
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[len(sorted)/2]
}

// compressed writes the file again as gzip.
func compressed(path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(path + ".gz")
	if err != nil {
		return "", err
	}
	defer out.Close()
	w := gzip.NewWriter(out)
	if _, err := io.Copy(w, in); err != nil {
		return "", err
	}
	return path + ".gz", w.Close()
}

// asPage writes the records again as one Graph page.
func asPage(path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(strings.TrimSuffix(path, ".ndjson") + "-page.json")
	if err != nil {
		return "", err
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	fmt.Fprint(w, `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":[`)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for first := true; lines.Scan(); first = false {
		if !first {
			fmt.Fprint(w, ",\n")
		}
		w.Write(lines.Bytes())
	}
	fmt.Fprint(w, "]}\n")
	if err := lines.Err(); err != nil {
		return "", err
	}
	return out.Name(), w.Flush()
}

// asCSV writes the records again as the portal exports the table SigninLogs.
func asCSV(path string) (string, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var columns []string
	for _, column := range regexp.MustCompile(`(\w+): '`).FindAllStringSubmatch(graphColumns, -1) {
		name := record.Pascal(column[1])
		columns = append(columns, column[1]+` AS "`+cmp.Or(logAnalyticsNames[column[1]], name)+`"`)
	}
	out := strings.TrimSuffix(path, ".ndjson") + "-query_data.csv"
	_, err = db.Exec(fmt.Sprintf(`COPY (SELECT 'SigninLogs' AS "Type", 'Sign-in activity' AS "OperationName", createdDateTime AS "TimeGenerated [UTC]", resourceTenantId AS "AADTenantId", %s
    FROM read_json('%s', format = 'newline_delimited', records = true, columns = %s)) TO '%s' (FORMAT csv, HEADER)`, strings.Join(columns, ", "), path, graphColumns, out))
	return out, err
}

// logAnalyticsNames are the columns that Log Analytics does not name as Graph does.
var logAnalyticsNames = map[string]string{"createdDateTime": "CreatedDateTime [UTC]", "ipAddress": "IPAddress",
	"resourceId": "ResourceIdentity", "location": "LocationDetails"}

// graphColumns are the keys of Graph's beta signIn, with the types in which a bare load reads them.
const graphColumns = `{
    id: 'VARCHAR', createdDateTime: 'VARCHAR', userDisplayName: 'VARCHAR', userPrincipalName: 'VARCHAR', userId: 'VARCHAR', userType: 'VARCHAR',
    appId: 'VARCHAR', appDisplayName: 'VARCHAR', resourceDisplayName: 'VARCHAR', resourceId: 'VARCHAR', ipAddress: 'VARCHAR', clientAppUsed: 'VARCHAR',
    userAgent: 'VARCHAR', correlationId: 'VARCHAR', originalRequestId: 'VARCHAR', conditionalAccessStatus: 'VARCHAR', isInteractive: 'BOOLEAN',
    signInEventTypes: 'JSON', authenticationProtocol: 'VARCHAR', incomingTokenType: 'VARCHAR', uniqueTokenIdentifier: 'VARCHAR', sessionId: 'VARCHAR',
    crossTenantAccessType: 'VARCHAR', homeTenantId: 'VARCHAR', resourceTenantId: 'VARCHAR', riskDetail: 'VARCHAR', riskLevelAggregated: 'VARCHAR',
    riskLevelDuringSignIn: 'VARCHAR', riskState: 'VARCHAR', riskEventTypes_v2: 'JSON', autonomousSystemNumber: 'BIGINT', status: 'JSON',
    deviceDetail: 'JSON', location: 'JSON', appliedConditionalAccessPolicies: 'JSON', networkLocationDetails: 'JSON',
    authenticationRequirement: 'VARCHAR', authenticationMethodsUsed: 'JSON', mfaDetail: 'JSON', authenticationDetails: 'JSON'}`

// bareLoad is what bounds an ingest: DuckDB reads every column of the files into a database, and that is all.
func bareLoad(database string, paths []string) error {
	db, err := sql.Open("duckdb", database+"?autoinstall_known_extensions=false&autoload_known_extensions=false")
	if err != nil {
		return err
	}
	defer db.Close()
	for i, path := range paths {
		columns := graphColumns
		if filepath.Base(path) == unifiedFile {
			columns = unifiedColumns
		}
		quoted := strings.ReplaceAll(path, "'", "''")
		read := fmt.Sprintf(`read_json('%s', format = 'newline_delimited', records = true,
    hive_partitioning = false, compression = 'uncompressed', maximum_object_size = 16777216, columns = %s)`, quoted, columns)
		if strings.HasSuffix(path, ".csv") {
			read = fmt.Sprintf("read_csv('%s', header = true, all_varchar = true)", quoted)
		}
		if _, err := db.Exec(fmt.Sprintf("CREATE TABLE records_%d AS SELECT * FROM %s", i, read)); err != nil {
			return err
		}
	}
	return nil
}
