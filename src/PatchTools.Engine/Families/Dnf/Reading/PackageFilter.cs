using PatchTools.Model;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>Finds the versions that package expressions mean, installed ones among them (libdnf's Subject).</summary>
internal sealed class PackageFilter(PackageCatalogBuilder builder)
{
    /// <summary>Indexes of the versions that any of the expressions means.</summary>
    public IReadOnlySet<int> Matching(IEnumerable<string> patterns)
    {
        HashSet<int> matching = [];
        foreach (var pattern in patterns)
            matching.UnionWith(FirstMatching(PackageSpec.Parse(pattern)).Versions);
        return matching;
    }

    /// <summary>The versions of the first form that matches any, and the forms tried up to it.</summary>
    public (IReadOnlyCollection<int> Versions, IReadOnlyList<PackageForm> Tried) FirstMatching(PackageSpec spec)
    {
        List<PackageForm> tried = [];
        foreach (var form in spec.Forms)
        {
            tried.Add(form);
            List<int> versions = [];
            for (var version = 0; version < builder.VersionCount; version++)
            {
                // What the host does not see cannot be meant, but for what is installed.
                if (
                    form.Matches(builder.NameOf(version), builder.ArchitectureOf(version), builder.EditionOf(version))
                    && IsSeen(version)
                )
                    versions.Add(version);
            }

            if (versions.Count > 0)
                return (versions, tried);
        }

        return ([], tried);
    }

    private bool IsSeen(int version)
    {
        foreach (var origin in builder.OriginsOf(version))
        {
            if (builder.Origin(origin).HiddenBecause is null)
                return true;
        }

        return false;
    }
}
