using System.Runtime.CompilerServices;
using PatchTools.Patterns;

namespace PatchTools.Evaluation;

/// <summary>
/// The approved or the rejected list of a baseline, in the language of the host's family. Immutable; safe from several
/// threads.
/// </summary>
internal abstract class PatchList
{
    protected PatchList(IReadOnlyList<string> entries) => Entries = entries;

    /// <summary>As written in the baseline.</summary>
    public IReadOnlyList<string> Entries { get; }

    public bool IsEmpty => Entries.Count == 0;

    /// <summary>Index of the first entry that names the package version itself; -1 when none does.</summary>
    public int FirstMatch(PackageVersion version) =>
        IsEmpty ? -1 : FirstMatch(version.Package.NameUtf8, version.Package.Architecture, version.EditionUtf8);

    /// <inheritdoc cref="FirstMatch(PackageVersion)"/>
    /// <param name="name">Bare name, UTF-8.</param>
    /// <param name="architecture">Multi-arch sense on dpkg, rpm's own on rpm.</param>
    /// <param name="edition">Full version text, UTF-8.</param>
    public abstract int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition);

    /// <summary>Index of the first entry that names one of the ids of the advisory; -1 when none does.</summary>
    public virtual int FirstMatch(Advisory advisory) => -1;

    /// <summary>A list of the same language with other entries.</summary>
    public abstract PatchList With(IReadOnlyList<string> entries);
}

/// <summary>apt's list: identity strings only (reference 04 §4).</summary>
internal sealed class AptPatchList(IReadOnlyList<string> entries, string nativeArchitecture) : PatchList(entries)
{
    private readonly PatternList _patterns = PatternList.Of(entries);

    /// <inheritdoc/>
    [SkipLocalsInit] // Only what has been written to the buffers is ever read, and clearing them would cost as much as the match.
    public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        if (IsEmpty)
            return -1;
        var strings = new IdentityStrings(
            stackalloc byte[IdentityStrings.UsualBytes],
            stackalloc (int, int)[IdentityStrings.MaxCount]
        );
        strings.SetDebian(
            name,
            architecture,
            !string.Equals(architecture, nativeArchitecture, StringComparison.Ordinal),
            edition
        );
        return _patterns.FirstMatch(strings);
    }

    public override PatchList With(IReadOnlyList<string> entries) => new AptPatchList(entries, nativeArchitecture);
}

/// <summary>
/// The list of dnf and yum: identity strings; in the approved list also Bugzilla, CVE and advisory ids, exact and
/// case-sensitive (reference 04 §4).
/// </summary>
internal sealed class RpmPatchList(IReadOnlyList<string> entries, bool acceptsIds) : PatchList(entries)
{
    private readonly PatternList _patterns = PatternList.Of(entries);
    private readonly EntryIds _ids = new(acceptsIds ? entries : []);

    /// <inheritdoc/>
    [SkipLocalsInit] // Only what has been written to the buffers is ever read, and clearing them would cost as much as the match.
    public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        if (IsEmpty)
            return -1;
        var strings = new IdentityStrings(
            stackalloc byte[IdentityStrings.UsualBytes],
            stackalloc (int, int)[IdentityStrings.MaxCount]
        );
        strings.SetRpm(name, architecture, edition);
        return _patterns.FirstMatch(strings);
    }

    public override int FirstMatch(Advisory advisory) => _ids.FirstMatch(advisory);

    public override PatchList With(IReadOnlyList<string> entries) => new RpmPatchList(entries, acceptsIds);
}

/// <summary>
/// zypper's list: range expressions, patch names and package file names; in the approved list also CVE and Bugzilla ids
/// (reference 04 §5 and 20 §6).
/// </summary>
internal sealed class ZypperPatchList(IReadOnlyList<string> entries, bool acceptsIds) : PatchList(entries)
{
    private readonly RangeExpression[] _expressions = [.. entries.Select(RangeExpression.Parse)];
    private readonly EntryIds _ids = new(acceptsIds ? entries : []);

    public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        for (var i = 0; i < _expressions.Length; i++)
        {
            if (_expressions[i].Matches(name, architecture, edition))
                return i;
        }

        return -1;
    }

    public override int FirstMatch(Advisory advisory)
    {
        var patch = Array.FindIndex(_expressions, e => e.MatchesPatch(advisory.Id));
        var id = _ids.FirstMatch(advisory);
        return patch < 0 || id < 0 ? Math.Max(patch, id) : Math.Min(patch, id);
    }

    public override PatchList With(IReadOnlyList<string> entries) => new ZypperPatchList(entries, acceptsIds);
}

/// <summary>Entries of a list by their exact text, for the ids of advisories.</summary>
internal sealed class EntryIds
{
    private readonly Dictionary<string, int> _entries = new(StringComparer.Ordinal);

    public EntryIds(IReadOnlyList<string> entries)
    {
        for (var i = 0; i < entries.Count; i++)
            _entries.TryAdd(entries[i], i);
    }

    public int FirstMatch(Advisory advisory)
    {
        if (_entries.Count == 0)
            return -1;
        var first = Lookup(advisory.Id, int.MaxValue);
        foreach (var id in advisory.CveIds)
            first = Lookup(id, first);
        foreach (var id in advisory.BugzillaIds)
            first = Lookup(id, first);
        return first == int.MaxValue ? -1 : first;
    }

    private int Lookup(string id, int first) =>
        _entries.TryGetValue(id, out var entry) ? Math.Min(entry, first) : first;
}
