using System.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// Which packages of a source apt reads (sources.list(5) of apt 3.1): only those that <c>Include</c> names, or all
/// but those that <c>Exclude</c> names. Names are matched whole, whatever their architecture.
/// </summary>
internal sealed class AptPackageFilter
{
    private const string Include = "include";
    private const string Exclude = "exclude";

    private readonly HashSet<string> _names;
    private readonly bool _includes;

    private AptPackageFilter(HashSet<string> names, bool includes) => (_names, _includes) = (names, includes);

    /// <summary>The field, as people write it.</summary>
    public string Field => _includes ? "Include" : "Exclude";

    /// <summary>apt refuses a source that has both.</summary>
    public static bool IsContradiction(IReadOnlyDictionary<string, string> options) =>
        options.ContainsKey(Include) && options.ContainsKey(Exclude);

    /// <summary>What the options of one line or paragraph say; null where they leave nothing out.</summary>
    public static AptPackageFilter? Of(IReadOnlyDictionary<string, string> options)
    {
        if (IsContradiction(options))
            return null;
        var includes = options.ContainsKey(Include);
        if (!options.TryGetValue(includes ? Include : Exclude, out var text))
            return null;
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToHashSet(StringComparer.Ordinal);
        return names.Count == 0 ? null : new AptPackageFilter(names, includes);
    }

    public bool LeavesOut(ReadOnlySpan<byte> name) => _names.Contains(Encoding.UTF8.GetString(name)) != _includes;

    /// <summary>Why apt does not see a package that the filter leaves out.</summary>
    public string Because(string source) =>
        _includes ? $"Include of the source {source} does not name it" : $"Exclude of the source {source} names it";

    /// <summary>Whether the apt of a host knows these fields.</summary>
    /// <param name="apt">Its version; null when it is not known, as on an image without the package.</param>
    public static bool IsKnownTo(string? apt) => apt is null || DebianVersion.Order.Compare(apt, "3.1~") >= 0;
}
