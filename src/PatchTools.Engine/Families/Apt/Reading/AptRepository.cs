using System.Globalization;

namespace PatchTools.Families.Apt.Reading;

/// <summary>One package index that an enabled source names: <c>main/binary-amd64/Packages</c> of a suite.</summary>
/// <param name="MetaKey">Path below the suite's folder, as the Release file lists it.</param>
/// <param name="Component">Empty in a flat repository.</param>
/// <param name="Architecture">Of the index, empty in a flat repository.</param>
/// <param name="IsOptional">apt fetches it only where the Release file has it (<c>binary-all</c>).</param>
internal sealed record AptIndex(string MetaKey, string Component, string Architecture, bool IsOptional)
{
    /// <summary>
    /// What the source leaves out; null where it takes everything. Of several sources of one index the first decides.
    /// </summary>
    public AptPackageFilter? Filter { get; init; }
}

/// <summary>
/// One repository as apt sees it: a URI and a suite with one Release file, named by one or more lines or paragraphs of
/// the sources.
/// </summary>
internal sealed class AptRepository(AptUri uri, string suite)
{
    private readonly List<AptIndex> _indexes = [];
    private readonly List<string> _components = [];

    public AptUri Uri { get; } = uri;

    public string Suite { get; } = suite;

    public bool IsFlat => Suite.EndsWith('/');

    public IReadOnlyList<AptIndex> Indexes => _indexes;

    /// <summary><c>trusted=yes</c> or <c>no</c>; null when no source says.</summary>
    public bool? Trusted { get; private set; }

    /// <summary>
    /// <c>allow-insecure=yes</c> or <c>no</c>: whether apt fetches lists that no Release file names; null when no
    /// source says.
    /// </summary>
    public bool? AllowInsecure { get; private set; }

    public bool? CheckValidUntil { get; private set; }

    public bool? CheckDate { get; private set; }

    /// <summary>
    /// Keyrings or fingerprints that the repository must be signed with, as written; null when no source says.
    /// </summary>
    public string? SignedBy { get; private set; }

    /// <summary>Seconds; 0 when no source says.</summary>
    public long ValidUntilMin { get; private set; }

    /// <inheritdoc cref="ValidUntilMin"/>
    public long ValidUntilMax { get; private set; }

    /// <summary>One line for people, without credentials.</summary>
    public string Name => AptUri.Redact(string.Join(' ', [Uri.Display, Suite, .. _components]));

    /// <summary>How apt's messages begin that are about this repository: <c>http://host/path suite</c>.</summary>
    public string MessagePrefix => Suite == "/" ? Uri.Display : $"{Uri.Display} {Suite}";

    /// <summary>URI of the folder that holds the Release file.</summary>
    public string BaseUri => Uri + AptUri.SuiteFolder(Suite);

    /// <summary>
    /// Name below <c>lists/</c> of a file of the suite's folder: <c>InRelease</c>, <c>main/binary-amd64/Packages</c>.
    /// </summary>
    public string ListFileName(string metaKey) => Uri.FileName(AptUri.SuiteFolder(Suite) + metaKey);

    /// <summary>Adds what one line or paragraph says of binary packages.</summary>
    public void Add(string component, IReadOnlyDictionary<string, string> options, AptArchitectures architectures)
    {
        if (component.Length > 0 && !_components.Contains(component))
            _components.Add(component);
        var filter = AptPackageFilter.Of(options);
        if (IsFlat)
        {
            if (_indexes.Count == 0 && WantsPackages(options))
                _indexes.Add(new AptIndex("Packages", "", "", IsOptional: false) { Filter = filter });
        }
        else if (WantsPackages(options))
        {
            foreach (var (architecture, isOptional) in IndexArchitectures(options, architectures))
            {
                var metaKey = $"{component}/binary-{architecture}/Packages";
                if (!_indexes.Exists(i => i.MetaKey == metaKey))
                    _indexes.Add(new AptIndex(metaKey, component, architecture, isOptional) { Filter = filter });
            }
        }
    }

    /// <summary>
    /// Takes over the options of one line or paragraph; answers what contradicts an earlier one, as apt refuses it, or
    /// null.
    /// </summary>
    public string? Merge(IReadOnlyDictionary<string, string> options)
    {
        return Merge("trusted", Trusted, Flag("trusted"), v => Trusted = v)
            ?? Merge("allow-insecure", AllowInsecure, Flag("allow-insecure"), v => AllowInsecure = v)
            ?? Merge("check-valid-until", CheckValidUntil, Flag("check-valid-until"), v => CheckValidUntil = v)
            ?? Merge("check-date", CheckDate, Flag("check-date"), v => CheckDate = v)
            ?? Merge("valid-until-min", ValidUntilMin, Number("valid-until-min"), v => ValidUntilMin = v)
            ?? Merge("valid-until-max", ValidUntilMax, Number("valid-until-max"), v => ValidUntilMax = v)
            ?? MergeSignedBy(options.GetValueOrDefault("signed-by"));

        bool? Flag(string name) =>
            options.TryGetValue(name, out var text) ? AptWords.Boolean(text, fallback: false) : null;

        long Number(string name) =>
            options.TryGetValue(name, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value
                : 0;

        string? Merge<T>(string name, T? current, T? wanted, Action<T?> set)
        {
            if (EqualityComparer<T>.Default.Equals(wanted, default))
                return null;
            if (
                !EqualityComparer<T>.Default.Equals(current, default)
                && !EqualityComparer<T>.Default.Equals(current, wanted)
            )
                return $"conflicting values set for option {name} regarding source {Uri.Display} {Suite}";
            set(wanted);
            return null;
        }
    }

    /// <summary>
    /// Once a source names the keys, every other of the same repository must name the same (apt 2.6: "Conflicting
    /// values set for option Signed-By").
    /// </summary>
    private string? MergeSignedBy(string? wanted)
    {
        if (SignedBy is null)
            SignedBy = wanted;
        else if (SignedBy != wanted)
            return $"conflicting values set for option signed-by regarding source {Uri.Display} {Suite}";
        return null;
    }

    /// <summary>
    /// <c>target=</c> replaces, <c>target+=</c> adds, <c>target-=</c> removes; a source without the target Packages
    /// offers nothing to install.
    /// </summary>
    private static bool WantsPackages(IReadOnlyDictionary<string, string> options)
    {
        return !Has("target-") && (Has("target+") || !options.ContainsKey("target") || Has("target"));

        bool Has(string option) =>
            options.TryGetValue(option, out var targets)
            && targets.Split(',').Contains("Packages", StringComparer.Ordinal);
    }

    /// <summary>
    /// <c>arch=</c> replaces, <c>arch+=</c> adds, <c>arch-=</c> removes; <c>all</c> is always looked for, unless it is
    /// removed by name.
    /// </summary>
    private static IEnumerable<(string Architecture, bool IsOptional)> IndexArchitectures(
        IReadOnlyDictionary<string, string> options,
        AptArchitectures architectures
    )
    {
        var wanted = options.TryGetValue("arch", out var replaced)
            ? [.. replaced.Split(',')]
            : architectures.Configured.ToList();
        if (options.TryGetValue("arch+", out var added))
            wanted.AddRange(added.Split(',').Where(a => !wanted.Contains(a)));
        var removed = options.TryGetValue("arch-", out var minus) ? minus.Split(',') : [];
        wanted.RemoveAll(a => removed.Contains(a) || a.Length == 0);
        foreach (var architecture in wanted)
            yield return (architecture, false);
        if (!wanted.Contains("all") && !removed.Contains("all"))
            yield return ("all", true);
    }
}
