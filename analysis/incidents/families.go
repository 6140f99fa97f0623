package incidents

// Families are the names of the families of rules: those of one say much the same.
var Families = []string{
	chain, "deeds", "guessing", "issuer", "kind", "means", "need", "outcome", "place", "policy", "proof", "refused",
	"time", "whom",
}

// chain is the family of what puts other signs together: it weighs only what it adds to the worst of them.
const chain = "chain"
