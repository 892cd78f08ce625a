using System.Globalization;
using PatchTools.Model;

namespace PatchTools.Evaluation;

/// <summary>An install override list during one evaluation.</summary>
internal sealed class OverrideUse(InstallOverrideList list, FamilyLanguage language, string nativeArchitecture)
{
    private readonly OverridePatterns _patterns = new(list.Entries, language, nativeArchitecture);

    /// <summary>Index of the first entry that names the version; -1 when none does.</summary>
    public int FirstMatch(PackageVersion version) => _patterns.FirstMatch(version);

    public OverrideEntry Entry(int index) => list.Entries[index];

    /// <summary>The entry for people: <c>'libssl*' with title '*1.1.1f*'</c>.</summary>
    public static string Describe(OverrideEntry entry) =>
        entry.Title is null ? $"'{entry.Id}'" : $"'{entry.Id}' with title '{entry.Title}'";

    /// <summary>Entries from which nothing can come: a misspelt name looks like a host that is up to date.</summary>
    /// <param name="catalog">What is known to the host.</param>
    /// <param name="isInstalled">Whether an update can come from the package.</param>
    public IEnumerable<string> Warnings(PackageCatalog catalog, Func<PackageEntry, bool> isInstalled)
    {
        if (list.Entries.Count == 0)
            yield return "the install override list has no entries, so nothing is to be installed";
        var notInstalled = Unmatched(list.Entries, catalog, isInstalled);
        var unknown = Unmatched(notInstalled, catalog, package => !isInstalled(package));
        foreach (var entry in notInstalled)
        {
            var what = unknown.Contains(entry)
                ? "matches no package known to this host"
                : "matches only packages that are not installed, and a list only upgrades";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"install override list, line {entry.Line}: {Describe(entry)} {what}"
            );
        }
    }

    /// <summary>Entries that name no version of any package that counts.</summary>
    private List<OverrideEntry> Unmatched(
        IReadOnlyList<OverrideEntry> entries,
        PackageCatalog catalog,
        Func<PackageEntry, bool> counts
    )
    {
        List<OverrideEntry> rest = [.. entries];
        if (rest.Count == 0)
            return rest;
        var patterns = new OverridePatterns(rest, language, nativeArchitecture);
        foreach (var package in catalog)
        {
            if (!counts(package))
                continue;
            foreach (var version in package.Versions)
            {
                while (patterns.FirstMatch(version) is var found and >= 0)
                {
                    rest.RemoveAt(found);
                    if (rest.Count == 0)
                        return rest;
                    patterns = new OverridePatterns([.. rest], language, nativeArchitecture);
                }
            }
        }

        return rest;
    }
}
