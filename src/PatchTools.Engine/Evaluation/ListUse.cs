namespace PatchTools.Evaluation;

/// <summary>
/// A list of the baseline during one evaluation: remembers which entries have named a package, so that a useless one
/// can be pointed out.
/// </summary>
internal sealed class ListUse(PatchList list)
{
    private readonly bool[] _used = new bool[list.Entries.Count];

    public bool IsEmpty => list.IsEmpty;

    public string Entry(int index) => list.Entries[index];

    /// <inheritdoc cref="PatchList.FirstMatch(PackageVersion)"/>
    public int FirstMatch(PackageVersion version) => Remember(list.FirstMatch(version));

    /// <inheritdoc cref="PatchList.FirstMatch(Advisory)"/>
    public int FirstMatch(Advisory advisory) => Remember(list.FirstMatch(advisory));

    /// <summary>Entries that name no version of any package known to the host, in the order of the list.</summary>
    public IReadOnlyList<string> UselessEntries(PackageCatalog catalog)
    {
        List<string> rest = [.. list.Entries.Where((_, i) => !_used[i])];
        if (rest.Count == 0)
            return [];
        var unproven = list.With(rest);
        foreach (var package in catalog)
        {
            foreach (var version in package.Versions)
            {
                while (FirstMatchOfAny(unproven, version) is var found and >= 0)
                {
                    rest.RemoveAt(found);
                    if (rest.Count == 0)
                        return [];
                    unproven = list.With([.. rest]);
                }
            }
        }

        return rest;
    }

    private static int FirstMatchOfAny(PatchList list, PackageVersion version)
    {
        var found = list.FirstMatch(version);
        for (var i = 0; found < 0 && i < version.Advisories.Count; i++)
            found = list.FirstMatch(version.Advisories[i]);
        return found;
    }

    private int Remember(int entry)
    {
        if (entry >= 0)
            _used[entry] = true;
        return entry;
    }
}
