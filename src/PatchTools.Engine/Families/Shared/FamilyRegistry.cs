using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Model;

namespace PatchTools.Families.Shared;

/// <summary>The families that there are, and which of them keeps the packages of a root.</summary>
internal sealed class FamilyRegistry(params IReadOnlyList<Family> families)
{
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.UnsupportedOperatingSystem"/>: none of them has
    /// that id.</exception>
    public Family Of(PackageFamily id) =>
        families.FirstOrDefault(family => family.Id == id)
        ?? throw new PatchToolsException(
            PatchErrors.UnsupportedOperatingSystem,
            $"This version of PatchTools does not know the package family {id}.",
            id
        )
        {
            RecommendedAction = "Use the version of PatchTools that wrote the inventory, or a newer one.",
        };

    /// <summary>
    /// Which family keeps a root's packages. os-release decides: dpkg on a Red Hat or rpm on a Debian is a package like
    /// any other, although its database lies there. Only where os-release names no known system does what lies on disk
    /// decide.
    /// </summary>
    /// <returns>Null: the database of the family that os-release names is missing, or there is no database at
    /// all.</returns>
    public Family? In(string root, OsRelease system)
    {
        if (OperatingSystemIdentity.TryFrom(system) is not { } identity)
            return ByWhatIsThere(root);
        var named = Of(identity.Family);
        if (named.HasDatabase(root))
            return named;

        // A system that is only like a known one may have taken another package manager.
        return OperatingSystemIdentity.IsKnown(system) ? null : ByWhatIsThere(root);
    }

    /// <summary>Why <see cref="In"/> found nothing, for people.</summary>
    public string WhyNone(string root, OsRelease system)
    {
        if (OperatingSystemIdentity.IsKnown(system) && OperatingSystemIdentity.TryFrom(system) is { } identity)
            return $"os-release under {root} says {identity.Product}, but "
                + $"{Of(identity.Family).DatabaseOf(root)} is not there.";
        var databases = families
            .GroupBy(family => family.DatabaseKind(root), StringComparer.Ordinal)
            .Select(kind =>
                $"{kind.Key} ({string.Join(", ", kind.Select(f => f.Name).Order(StringComparer.Ordinal))})"
            );
        return $"No package manager of PatchTools was found under {root}: there is neither "
            + $"{string.Join(" nor ", databases)}.";
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerNotFound"/>: the root is not
    /// there.</exception>
    public static void RequireRoot(HostContext host)
    {
        if (!HostFiles.DirectoryExists(host.Paths.Root))
            throw new PatchToolsException(
                PatchErrors.PackageManagerNotFound,
                $"-Root {host.Paths.Root} is not a directory.",
                host.Paths.Root
            )
            {
                RecommendedAction = "Give the directory in which the root of the image is mounted.",
            };
    }

    private Family? ByWhatIsThere(string root)
    {
        Family? found = null;
        var strongest = FamilySign.None;
        foreach (var family in families)
        {
            if (family.SignIn(root) is var sign && sign > strongest)
                (found, strongest) = (family, sign);
        }

        return found;
    }
}
