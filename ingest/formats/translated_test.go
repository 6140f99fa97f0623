package formats

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPortalWords: every word has a source, heads a column that the English portal has, and is said once.
func TestPortalWords(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(portalWords)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"language", "what", "theirs", "ours", "source"}, rows[0]); diff != "" {
		t.Fatal(diff)
	}
	header, err := csv.NewReader(strings.NewReader(adminCentreHeader)).Read()
	if err != nil {
		t.Fatal(err)
	}
	english := map[string]bool{}
	for _, c := range header {
		english[fold(c)] = true
	}
	seen := map[string]bool{}
	for i, row := range rows[1:] {
		language, what, theirs, ours, source := row[0], row[1], row[2], row[3], row[4]
		if language == "" || source == "" || theirs != strings.TrimSpace(theirs) {
			t.Errorf("line %d: %q", i+2, row)
		}
		switch what {
		case "column":
			if !english[ours] {
				t.Errorf("line %d: the English portal has no column %q", i+2, ours)
			}
		case "status":
			if !slices.Contains([]string{"success", "failure", "interrupted"}, ours) {
				t.Errorf("line %d: status %q", i+2, ours)
			}
		default:
			t.Errorf("line %d: of what? %q", i+2, what)
		}
		for _, key := range []string{language + what + " theirs " + inWords(theirs), language + what + " ours " +
			ours} {
			if seen[key] {
				t.Errorf("line %d: twice: %s", i+2, key)
			}
			seen[key] = true
		}
	}
	for _, columns := range [][]string{mustKnow, inLanguage} {
		for _, c := range columns {
			if !english[c] {
				t.Errorf("the English portal has no column %q", c)
			}
		}
	}
	if len(translations) != 2 {
		t.Errorf("%d languages; rows of one language stand together", len(translations))
	}
}

const (
	spanishHeader = "\ufeffFecha (UTC);Id. de solicitud;Id. de correlación;Id. de usuario;Usuario;Nombre de usuario;Tipo de usuario;Aplicación;Id. de aplicación;" +
		"Id. de inquilino de recursos;Dirección IP;Ubicación;Estado;Código de error de inicio de sesión;Motivo del error;Id. de sesión;Acceso condicional"
	frenchHeader = "Date (UTC);ID de requête;ID de corrélation;Identifiant utilisateur;Nom d’utilisateur;Adresse IP;Statut;Code d’erreur de connexion;Colonne nouvelle"
)

func TestTranslatedSignIns(t *testing.T) {
	in := row{"id": requestID, "correlationId": chainID, "userId": jane, "userPrincipalName": "jane@contoso.com",
		"ipAddress": "203.0.113.9"}
	spanish := row{"userDisplayName": "Jane Doe", "appDisplayName": "My Signins",
		"appId":            "19db86c3-b2b9-44cc-b339-36da233a3be2",
		"resourceTenantId": tenant, "location": row{"city": "Bonn", "countryOrRegion": "DE"}, "sessionId": "s1"}
	spanishRow := func(status, code string) string {
		return spanishHeader + "\n14/09/2026 8:59:26;" + requestID + ";" + chainID + ";" + jane +
			";Jane Doe;jane@contoso.com;Miembro;My Signins;" +
			"19db86c3-b2b9-44cc-b339-36da233a3be2;" + tenant + ";203.0.113.9;Bonn, NRW, DE;" + status + ";" + code +
			";;s1;Correcto\n"
	}
	frenchRow := func(status, code string) string {
		return frenchHeader + "\n2026-09-14T08:59:26Z;" + requestID + ";" + chainID + ";" + jane +
			";jane@contoso.com;203.0.113.9;" + status + ";" + code + ";x\n"
	}
	for _, test := range []struct {
		name, text string
		more, also row
		note       string
	}{
		{"Spanish success", spanishRow("Correcto", "0"), spanish, row{"status": row{"errorCode": 0.0}},
			"its header is in Spanish and is read as the English one; left out, since their values are words of that language: user type, conditional access; " +
				"to have them, set the portal's language to English and download again, or download as JSON"},
		{"Spanish success without code", spanishRow("Correcto", ""), spanish, row{"status": row{"errorCode": 0.0}},
			"its header is in Spanish"},
		{"Spanish failure with code 0 is not a success", spanishRow("Error", "0"), spanish, nil,
			"its header is in Spanish"},
		{"Spanish failure", spanishRow("Error", "50126"), spanish, row{"status": row{"errorCode": 50126.0}},
			"its header is in Spanish"},
		{"French, by the code", frenchRow("Opération réussie", "0"), nil, row{"status": row{"errorCode": 0.0}},
			"its header is in French and is read as the English one; not known: Colonne nouvelle; to have them, set the portal's language to English and download again, or download as JSON"},
		{"French failure", frenchRow("Échec", "50126"), nil, row{"status": row{"errorCode": 50126.0}},
			"its header is in French"},
		{"French without code is not a success", frenchRow("Opération réussie", ""), nil, nil, "its header is in French"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := row{}
			for _, from := range []row{in, test.more, test.also} {
				for k, v := range from {
					want[k] = v
				}
			}
			sheet, outs := readCSV(t, &Input{Order: DayFirst}, commas(test.text))
			if sheet == nil || sheet.Format != adminCentreSignIns {
				t.Fatalf("sheet %+v", sheet)
			}
			if outs[0].Bad != "" || outs[0].NotUsed != "" || outs[0].Wrong != 0 ||
				!strings.HasPrefix(sheet.Note, test.note) {
				t.Fatalf("%+v", outs[0])
			}
			if diff := cmp.Diff([]loaded{{"signin_record", want}}, rowsOf(t, outs[0])); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// commas is a table of cells parted by ; with commas.
func commas(text string) string {
	var b strings.Builder
	out := csv.NewWriter(&b)
	for line := range strings.Lines(text) {
		out.Write(strings.Split(strings.TrimSuffix(line, "\n"), ";"))
	}
	out.Flush()
	return b.String()
}

// TestTranslatedOthers: without a source for a word that a record is known by, or for the values, nothing is read.
func TestTranslatedOthers(t *testing.T) {
	for name, header := range map[string]string{
		"no word for the error code": strings.Replace(frenchHeader, "Code d’erreur de connexion", "Code d’erreur", 1),
		"no request id":              strings.Replace(spanishHeader, "Id. de solicitud", "Solicitud", 1),
		"words of two languages":     "Fecha (UTC);ID de requête;ID de corrélation;Identifiant utilisateur;Nom d'utilisateur;Adresse IP;Statut;Code d'erreur de connexion",
		"French audit events":        "Date (UTC);CorrelationId;Service;Catégorie;Activité;Résultat;ResultReason;ActorType;ActorDisplayName;Target1Type;Cible1UserPrincipalName",
		"German":                     "Datum (UTC);Anforderungs-ID;Korrelations-ID;Benutzer-ID;Benutzername;IP-Adresse;Status;Fehlercode der Anmeldung",
	} {
		if sheet := RecogniseHeader(strings.Split(header, ";")); sheet != nil {
			t.Errorf("%s was taken for %s", name, sheet.Name)
		}
	}
}

func TestTranslatedHeaderAmongRows(t *testing.T) {
	sheet := RecogniseHeader(strings.Split(spanishHeader, ";"))
	var cells Cells
	for _, c := range strings.Split(spanishHeader, ";") {
		cells.Quoted += `"` + strings.TrimPrefix(c, "\ufeff") + `"`
		cells.Ends = append(cells.Ends, len(cells.Quoted))
	}
	if sheet == nil || !sheet.IsHeader(cells) || !strings.Contains(sheet.Text(cells), `"Id. de solicitud":`) {
		t.Errorf("%+v", sheet)
	}
}
