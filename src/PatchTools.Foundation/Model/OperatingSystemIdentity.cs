using PatchTools.Errors;

namespace PatchTools.Model;

/// <summary>What a host is in AWS's words.</summary>
/// <param name="AwsName">AWS's enum text, <c>DEBIAN</c>.</param>
/// <param name="Product">AWS's product text, <c>Debian12</c>, <c>RedhatEnterpriseLinux9.4</c>.</param>
/// <param name="Family">The package manager's world.</param>
/// <param name="Warning">Why the answer is an assumption: a release that AWS does not list, or a relative. Null when
/// there is nothing to say.</param>
public sealed record OperatingSystemIdentity(string AwsName, string Product, PackageFamily Family, string? Warning)
{
    /// <summary>
    /// Which relative an unlisted system is treated as, by the words of its <c>ID_LIKE</c>, nearest first.
    /// </summary>
    private static readonly Dictionary<string, (string AwsName, PackageFamily Family)> Relatives = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["ubuntu"] = ("UBUNTU", PackageFamily.Apt),
        ["raspbian"] = ("RASPBIAN", PackageFamily.Apt),
        ["debian"] = ("DEBIAN", PackageFamily.Apt),
        ["almalinux"] = ("ALMA_LINUX", PackageFamily.Dnf),
        ["rocky"] = ("ROCKY_LINUX", PackageFamily.Dnf),
        ["ol"] = ("ORACLE_LINUX", PackageFamily.Dnf),
        ["rhel"] = ("REDHAT_ENTERPRISE_LINUX", PackageFamily.Dnf),
        ["centos"] = ("CENTOS", PackageFamily.Dnf),
        ["fedora"] = ("REDHAT_ENTERPRISE_LINUX", PackageFamily.Dnf),
        ["amzn"] = ("AMAZON_LINUX_2023", PackageFamily.Dnf),
        ["sles"] = ("SUSE", PackageFamily.Zypper),
        ["suse"] = ("SUSE", PackageFamily.Zypper),
        ["opensuse"] = ("SUSE", PackageFamily.Zypper),
    };

    /// <summary>Identifies a host. An unknown release of a known family works, with a warning (design §4.3).</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.UnsupportedOperatingSystem"/>: neither <c>ID</c>
    /// nor <c>ID_LIKE</c> is known.</exception>
    public static OperatingSystemIdentity From(OsRelease osRelease) =>
        TryFrom(osRelease)
        ?? throw new PatchToolsException(
            PatchErrors.UnsupportedOperatingSystem,
            "This operating system is not known: os-release says "
                + $"ID={osRelease.Id}"
                + $"{(osRelease.IdLike.Count > 0 ? $", ID_LIKE={string.Join(' ', osRelease.IdLike)}" : "")}.",
            osRelease.Id
        )
        {
            RecommendedAction =
                "Check ID and ID_LIKE in /etc/os-release: PatchTools knows Debian, Ubuntu, Red Hat Enterprise Linux, "
                + "Amazon Linux, Fedora, SUSE and their derivatives.",
        };

    /// <summary>As <see cref="From"/>; null when nothing fits.</summary>
    public static OperatingSystemIdentity? TryFrom(OsRelease osRelease) => Known(osRelease) ?? Relative(osRelease);

    /// <summary>Whether <c>ID</c> itself is known, not only a relative of <c>ID_LIKE</c>.</summary>
    internal static bool IsKnown(OsRelease osRelease) => Known(osRelease) is not null;

    /// <summary>AWS's product text; of a system that AWS does not know, one of its own: <c>Linuxmint21.3</c>.</summary>
    internal static string ProductOf(OsRelease osRelease) => TryFrom(osRelease)?.Product ?? OwnProduct(osRelease);

    private static OperatingSystemIdentity? Known(OsRelease osRelease)
    {
        var system = OperatingSystems.All.FirstOrDefault(s =>
            s.Ids.Contains(osRelease.Id, StringComparer.OrdinalIgnoreCase) && s.IsRelease(osRelease.VersionId)
        );
        if (system is null)
            return null;
        var warning = system.IsListed(osRelease.VersionId)
            ? null
            : $"{Title(osRelease)} is not among the releases that AWS lists{Listed(system)}; it is patched by "
                + $"the rules of {system.AwsName}, and the service may refuse it.";
        return new OperatingSystemIdentity(
            system.AwsName,
            system.ProductName + osRelease.VersionId,
            system.FamilyOf(osRelease.VersionId),
            warning
        );
    }

    private static OperatingSystemIdentity? Relative(OsRelease osRelease)
    {
        foreach (var word in osRelease.IdLike)
        {
            if (!Relatives.TryGetValue(word, out var relative))
                continue;

            // Rebuilds count like their original: 6 and 7 have yum. Other numbers say nothing about it, and everything
            // of today has dnf.
            var family =
                relative.Family == PackageFamily.Dnf && OperatingSystems.Major(osRelease.VersionId) is 6 or 7
                    ? PackageFamily.Yum
                    : relative.Family;
            var warning =
                $"{Title(osRelease)} is not known to AWS; it is patched by the rules of {relative.AwsName} "
                + $"because os-release calls it like {word}, and the service may refuse it.";
            return new OperatingSystemIdentity(relative.AwsName, OwnProduct(osRelease), family, warning);
        }

        return null;
    }

    /// <summary>A product text of its own: <c>Linuxmint21.3</c>.</summary>
    internal static string OwnProduct(OsRelease osRelease) =>
        (osRelease.Id.Length == 0 ? "" : char.ToUpperInvariant(osRelease.Id[0]) + osRelease.Id[1..])
        + osRelease.VersionId;

    private static string Listed(SupportedOperatingSystem system) =>
        system.ListedReleases.Length > 0 ? $" ({system.ListedReleases})" : "";

    private static string Title(OsRelease osRelease) =>
        osRelease.PrettyName.Length > 0 ? osRelease.PrettyName : $"{osRelease.Id} {osRelease.VersionId}".TrimEnd();
}
