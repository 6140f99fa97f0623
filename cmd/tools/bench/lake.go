package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Lakes of several lengths, reduced by the extract on an engine and judged: how the times grow. A lake is generated, a
// day at a time, in the layout of 'tapaudit lake': everyday sign-ins, nine of ten non-interactive, and twenty passes a
// day.

const lakeTenant = "25b1f699-3870-4dbb-a781-c22127c974d7"

// lakeDay is the SQL that gives a day's sign-ins ($1 how many, $2 the day) in the case's columns.
const lakeDay = `
SELECT
    uuid_of('s', i) AS id, $2::TIMESTAMP + to_microseconds((i * 86400000000 // $1)::BIGINT) AS time, '` + lakeTenant + `' AS tenant_id,
    '` + lakeTenant + `' AS home_tenant_id, '` + lakeTenant + `' AS resource_tenant_id,
    CASE WHEN attempt THEN uuid_of('new', i) ELSE uuid_of('user', person) END AS user_id,
    CASE WHEN attempt THEN 'new' || day_no || '-' || i ELSE 'staff' || person END || '@contoso.example' AS upn, 'Staff Member ' || person AS user_name, 'member' AS user_type,
    CASE WHEN attempt THEN '19db86c3-b2b9-44cc-b339-36da233a3be2' ELSE uuid_of('app', i % 40) END AS app_id, 'Application ' || (i % 40) AS app_name,
    uuid_of('resource', i % 25) AS resource_id, 'Resource ' || (i % 25) AS resource_name,
    CASE WHEN i % 3 = 0 THEN '198.51.100.' || (i % 8) ELSE '203.0.' || (person % 250) || '.' || (person // 250 % 250) END AS ip, (64500 + person % 300)::BIGINT AS asn,
    'CH' AS country, 'Zurich' AS city, 'Browser' AS client_app,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || (110 + person % 30) || '.0.0.0 Safari/537.36 Edg/' || (110 + person % 30) || '.0.0.0' AS user_agent,
    uuid_of('device', person) AS device_id, 'PC-' || person AS device_name, 'Windows11' AS operating_system,
    uuid_of('correlation', i) AS correlation_id, uuid_of('session', i // 9) AS session_id, uuid_of('s', i) AS original_request_id, left(md5('token' || day_no || '-' || i), 22) AS token_id,
    attempt OR i % 10 = 0 AS interactive, 'none' AS protocol, 'none' AS transfer_method, 'multiFactorAuthentication' AS requirement, 'success' AS conditional_access,
    'none' AS risk, (CASE WHEN NOT attempt AND i % 25 = 3 THEN 50126 ELSE 0 END)::BIGINT AS error_code,
    CASE WHEN NOT attempt AND i % 25 = 3 THEN 'Error validating credentials due to invalid username or password.' ELSE 'Other.' END AS failure_reason, false AS trusted_location,
    CASE WHEN attempt THEN '[{"authenticationStepDateTime":"2026-07-01T08:00:00Z","authenticationMethod":"Temporary Access Pass","authenticationMethodDetail":null,"succeeded":true,"authenticationStepResultDetail":"MFA completed in Azure AD","authenticationStepRequirement":"multiFactorAuthentication"}]'
        WHEN i % 10 = 0 THEN '[{"authenticationStepDateTime":"2026-07-01T08:00:00Z","authenticationMethod":"Password","authenticationMethodDetail":"Password Hash Sync","succeeded":true,"authenticationStepResultDetail":"Correct password","authenticationStepRequirement":"Primary authentication"},{"authenticationStepDateTime":"2026-07-01T08:00:05Z","authenticationMethod":"Mobile app notification","authenticationMethodDetail":null,"succeeded":true,"authenticationStepResultDetail":"MFA completed in Azure AD","authenticationStepRequirement":"Multifactor authentication"}]'
        ELSE '[{"authenticationStepDateTime":"2026-07-01T08:00:00Z","authenticationMethod":"Previously satisfied","authenticationMethodDetail":null,"succeeded":true,"authenticationStepResultDetail":"First factor requirement satisfied by claim in the token","authenticationStepRequirement":"Primary authentication"}]' END AS steps,
    NULL::BIGINT AS method_bits, NULL::VARCHAR AS event_id, 'signin' AS log, true AS can_show_tap,
    'sign-in' AS lake, false AS filtered, 'generated:' || i AS origin, '' AS origin_sha256, NULL::VARCHAR AS record
FROM (SELECT i, hash(i, $2::VARCHAR) % 100000 AS person, i % greatest($1 // 20, 1) = 4321 % greatest($1 // 20, 1) AS attempt, date_diff('day', DATE '2026-01-01', $2::DATE) AS day_no FROM range($1) AS r(i))
ORDER BY time`

// lakeAudits is the SQL of the day's audit events: one for every 200 sign-ins, and a pass and its use for every
// attempt.
const lakeAudits = `
WITH events AS (
    SELECT i, 0 AS part, 'Update user' AS activity, 'Core Directory' AS service, NULL AS reason, i * 200 AS place FROM range($1 // 200) AS r(i)
    UNION ALL
    SELECT i, part, CASE part WHEN 1 THEN 'Admin registered security info' ELSE 'User registered security info' END, 'Authentication Methods',
        CASE part WHEN 1 THEN 'Admin registered temporary access pass method for user' ELSE 'User registered Fido2 Authentication Method' END,
        greatest(i + (part * 2 - 3) * ($1 // 200), 0)
    FROM range($1) AS r(i), (VALUES (1), (2)) AS p(part) WHERE i % greatest($1 // 20, 1) = 4321 % greatest($1 // 20, 1)
), numbered AS (SELECT *, date_diff('day', DATE '2026-01-01', $2::DATE) AS day_no FROM events)
SELECT
    'Directory_' || uuid_of('audit' || part, i) AS id, $2::TIMESTAMP + to_microseconds((place * 86400000000 // $1)::BIGINT) AS time, '` + lakeTenant + `' AS tenant_id,
    activity, 'UserManagement' AS category, service, 'success' AS result, reason, NULL::VARCHAR AS other_reason, uuid_of('audit' || part, i) AS correlation_id,
    CASE part WHEN 2 THEN uuid_of('new', i) ELSE uuid_of('user', 17) END AS actor_user_id,
    CASE part WHEN 2 THEN 'new' || day_no || '-' || i ELSE 'staff17' END || '@contoso.example' AS actor_upn, NULL::VARCHAR AS actor_name, '198.51.100.9' AS actor_ip,
    NULL::VARCHAR AS actor_app_id, NULL::VARCHAR AS actor_app_name, NULL::VARCHAR AS actor_sp_id, NULL::VARCHAR AS actor_sp_name,
    CASE part WHEN 0 THEN '[{"id":"' || uuid_of('user', i % 100000) || '","type":"User","modifiedProperties":[]}]'
        ELSE '[{"id":"' || uuid_of('new', i) || '","type":"User","userPrincipalName":"new' || day_no || '-' || i || '@contoso.example","modifiedProperties":[]}]' END AS targets,
    '[]' AS details, 'audit event' AS lake, false AS filtered, 'generated:' || part || '-' || i AS origin, '' AS origin_sha256, NULL::VARCHAR AS record
FROM numbered ORDER BY time, id`

// writeLake writes days of a lake that ends on the last of September 2026.
func writeLake(dir, numberOfDays, signInsADay string) error {
	days, err := strconv.Atoi(numberOfDays)
	if err != nil {
		return err
	}
	perDay, err := strconv.Atoi(signInsADay)
	if err != nil {
		return err
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	last := time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)
	for n := range days {
		day := last.AddDate(0, 0, n+1-days).Format(time.DateOnly)
		// Users are the same every day, whoever is new and every record another.
		if _, err := db.Exec(fmt.Sprintf(`CREATE OR REPLACE MACRO uuid_of(kind, n) AS CASE WHEN kind IN ('user', 'app', 'resource', 'device') THEN left(md5(kind || n), 8) || '-0000-4000-8000-' || left(md5(n || kind), 12)
ELSE left(md5(kind || n || '%s'), 8) || '-' || left(md5('%[1]s' || kind || n), 4) || '-4000-8000-' || left(md5(n || kind || '%[1]s'), 12) END`, day)); err != nil {
			return err
		}
		for kind, query := range map[string]string{"signins": lakeDay, "audits": lakeAudits} {
			folder := filepath.Join(dir, kind, "tenantId="+lakeTenant, "day="+day)
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return err
			}
			query = strings.NewReplacer("$1", strconv.Itoa(perDay), "$2", "'"+day+"'").Replace(query)
			if _, err := db.Exec(fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)", query, filepath.Join(folder, "records.parquet"))); err != nil {
				return fmt.Errorf("generating %s of %s: %w", kind, day, err)
			}
		}
	}
	return nil
}

// onDuckDB runs an extract's text and prints how many bytes this process read meanwhile.
func onDuckDB(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("SET memory_limit = '2GiB'"); err != nil {
		return err
	}
	before := bytesRead()
	if _, err := db.Exec(string(text)); err != nil {
		return err
	}
	fmt.Println("read", bytesRead()-before)
	return nil
}

// bytesRead is what this process has read so far, from the page cache or the disk; 0 where the system does not say.
func bytesRead() int64 {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, "rchar: "); ok {
			n, _ := strconv.ParseInt(value, 10, 64)
			return n
		}
	}
	return 0
}

// folderBytes is the size of a folder's files.
func folderBytes(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// measured is one run of a command: seconds on the clock and of the processors, peak memory, what it printed.
type measured struct {
	wall, processor float64
	peak            int64
	said            string
}

func measureCommand(argv ...string) (measured, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return measured{}, fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, &stderr)
	}
	state := cmd.ProcessState
	return measured{time.Since(start).Seconds(), (state.UserTime() + state.SystemTime()).Seconds(), peakMemory(state),
		out.String()}, nil
}

// lakes measures the reduction of lakes of these lengths, and the judging of what it gives.
func lakes(tapaudit, lengths string, perDay int, spark string) error {
	dir, err := os.MkdirTemp("", "tapaudit-lake-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("| days | sign-ins | lake | engine | extract: seconds (processor) | read | peak memory | extract | audit: seconds (processor) | peak memory |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	for length := range strings.SplitSeq(lengths, ",") {
		days, err := strconv.Atoi(length)
		if err != nil || days < 1 {
			return errors.New("-lakes takes numbers of days, e.g. 1,10,100")
		}
		lake := filepath.Join(dir, "lake")
		// By a process of its own: a child's peak memory begins at its parent's.
		if _, err := measureCommand(self, "write-lake", lake, strconv.Itoa(days), strconv.Itoa(perDay)); err != nil {
			return err
		}
		size, err := folderBytes(lake)
		if err != nil {
			return err
		}
		for _, engine := range []string{"duckdb", "spark"} {
			if engine == "spark" && spark == "" {
				continue
			}
			into := filepath.Join(dir, engine)
			if err := os.MkdirAll(into, 0o700); err != nil {
				return err
			}
			text, err := measureCommand(tapaudit, "extract", "--engine", engine, "--period", "2026Q3", "--table",
				"signins="+filepath.Join(lake, "signins"),
				"--table", "audits="+filepath.Join(lake, "audits"), "--table", "activities=", "--into", into)
			if err != nil {
				return err
			}
			script := filepath.Join(dir, engine+".sql")
			if err := os.WriteFile(script, []byte(text.said), 0o600); err != nil {
				return err
			}
			argv := []string{self, "on-duckdb", script}
			if engine == "spark" {
				argv = []string{spark, "cmd/tapaudit/testdata/spark/extract.py", script}
			}
			made, err := measureCommand(argv...)
			if err != nil {
				return err
			}
			seconds, read := fmt.Sprintf("%.1f (%.1f)", made.wall, made.processor), int64(0)
			peak := fmt.Sprintf("%d MiB", made.peak>>20)
			for lines := bufio.NewScanner(strings.NewReader(made.said)); lines.Scan(); {
				if value, ok := strings.CutPrefix(lines.Text(), "read "); ok {
					read, _ = strconv.ParseInt(value, 10, 64)
				}
				if value, ok := strings.CutPrefix(lines.Text(), script+": "); ok { // without Spark's start
					seconds, _, _ = strings.Cut(value, " s on")
					peak = "2 × 1 GiB and 1 GiB set"
				}
				if value, ok := strings.CutPrefix(lines.Text(), "processor "); ok {
					seconds += " (" + value + ")"
				}
			}
			small, err := folderBytes(into)
			if err != nil {
				return err
			}
			report := filepath.Join(dir, "report-"+engine)
			judged, err := measureCommand(tapaudit, "run", into, "--period", "2026Q3", "--out", report, "--quiet")
			if err != nil {
				return err
			}
			fmt.Printf("| %d | %d | %.0f MB | %s | %s | %.0f MB | %s | %.1f MB | %.1f (%.1f) | %d MiB |\n", days,
				days*perDay, float64(size)/1e6, engine, seconds,
				float64(read)/1e6, peak, float64(small)/1e6, judged.wall, judged.processor, judged.peak>>20)
			for _, done := range []string{into, report} {
				if err := os.RemoveAll(done); err != nil {
					return err
				}
			}
		}
		if err := os.RemoveAll(lake); err != nil {
			return err
		}
	}
	return nil
}
