package folder

var ExchangeByRenames = exchangeByRenames

const (
	MostManifestBytes  = mostManifestBytes
	MostManifestCommas = mostManifestCommas
)
