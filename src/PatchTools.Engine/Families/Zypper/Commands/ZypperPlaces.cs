using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Hosts;

namespace PatchTools.Families.Zypper.Commands;

/// <summary>Where zypper and rpm work on this host, as their own configuration says.</summary>
internal static class ZypperPlaces
{
    public const string RepositoryFolder = "/etc/zypp/repos.d";

    /// <summary>What the reference calls zypper in the names of its directories.</summary>
    public const string ReferenceName = "zypp";

    /// <summary>Of <see cref="RpmJournal"/>.</summary>
    public const string JournalName = "zypper";

    public static PackageManagerPlaces Read(HostContext host)
    {
        var root = host.Paths.Root;
        return new PackageManagerPlaces(
            ZypperConfiguration.Read(root, customSources: null, []).PackagesDirectory,
            RpmQuery.DatabaseOf(root) ?? Path.Combine(root, "var/lib/rpm"),
            RpmQuery.DatabaseFileOf(root),
            RemountsByItself: false,
            Interrupted: null,
            RunsFromTmp: false,
            new CureCommands("zypper clean", "zypper purge-kernels", "zypper refresh")
        );
    }
}
