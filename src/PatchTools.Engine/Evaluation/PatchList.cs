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
