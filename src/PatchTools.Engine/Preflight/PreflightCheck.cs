using System.Globalization;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Reboot;
using PatchTools.Hosts;

namespace PatchTools.Preflight;

/// <summary>What is known before an install; the more there is, the more is looked at.</summary>
internal sealed record PreflightRequest
{
    /// <summary>Null before it has been read.</summary>
    public HostInventory? Inventory { get; init; }

    /// <summary>Null before it has been made: then only what every install needs is asked for.</summary>
    public InstallPlan? Plan { get; init; }
}

/// <summary>
/// Looks, before anything is changed, for everything that would make an install fail, and names all of it at once with
/// its recommended action, rather than one by one in the middle of a transaction. Changes nothing but a file in
/// PatchTools' own directories, removed at once.
/// </summary>
internal sealed class PreflightCheck(HostContext host, PackageManagerPlaces? places, IFileSystems fileSystems)
{
    public const string NotRoot = nameof(NotRoot);
    public const string NoPackageManager = nameof(NoPackageManager);
    public const string DiskFull = nameof(DiskFull);
    public const string InodesUsedUp = nameof(InodesUsedUp);
    public const string ReadOnlyMount = nameof(ReadOnlyMount);
    public const string NoExecMount = nameof(NoExecMount);
    public const string BrokenPackages = nameof(BrokenPackages);
    public const string ReinstallRequired = nameof(ReinstallRequired);
    public const string TransactionInterrupted = nameof(TransactionInterrupted);
    public const string ClockBehind = nameof(ClockBehind);
    public const string ClockAhead = nameof(ClockAhead);
    public const string DataDirectoryUnwritable = nameof(DataDirectoryUnwritable);

    /// <summary>Vendors' clocks and this one may differ by so much without anything being wrong.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    public PreflightReport Check(PreflightRequest request)
    {
        List<PreflightFinding> findings = [];
        if (!host.IsRoot)
            findings.Add(
                new PreflightFinding(
                    NotRoot,
                    "Installing packages needs root",
                    "Run as root (sudo pwsh, or the SSM agent).",
                    IsFatal: true
                )
            );
        if (places is null)
            findings.Add(
                new PreflightFinding(
                    NoPackageManager,
                    $"No package manager that PatchTools drives was found under {host.Paths.Root}",
                    "Check that the host is one of apt's, dnf's, yum's or zypper's, and that its package "
                        + "database is there.",
                    IsFatal: true
                )
            );
        Mounts(places, request, findings);
        findings.AddRange(new SpaceCheck(host, places, fileSystems).Of(request.Plan));
        Packages(places, request.Inventory, findings);
        Clock(places, request.Inventory, findings);
        foreach (var directory in new[] { host.Paths.DataDirectory, host.Paths.StateDirectory })
        {
            if (fileSystems.WriteFailureOf(directory) is { } why)
                findings.Add(
                    new PreflightFinding(
                        DataDirectoryUnwritable,
                        $"{directory} cannot be written: {why}",
                        "Make room or make it writable for this user, or give -StateDirectory.",
                        IsFatal: true
                    )
                );
        }

        return new PreflightReport(findings);
    }

    private void Mounts(PackageManagerPlaces? places, PreflightRequest request, List<PreflightFinding> findings)
    {
        if (MountTable.Read(host.Paths.ProcDirectory) is not { } table)
            return;
        string[] written =
        [
            "/",
            "/usr",
            "/etc",
            "/var",
            "/tmp",
            places?.Database ?? "/var/lib",
            places?.Archives ?? "/var/cache",
        ];
        var remounts = places?.RemountsByItself == true;
        foreach (
            var (mount, paths) in ByMount(
                table,
                BringsKernel(request.Plan) ? [.. written, "/boot"] : written,
                m => m.IsReadOnly
            )
        )
        {
            findings.Add(
                new PreflightFinding(
                    ReadOnlyMount,
                    $"{mount.Point} is mounted read-only, and {paths} "
                        + $"{(paths.Contains(',', StringComparison.Ordinal) ? "are" : "is")} written to",
                    remounts
                        ? "The package manager's configuration makes mounts writable around a transaction; "
                            + "check that it names this one."
                        : $"Find out why (a damaged file system is mounted read-only: dmesg), then mount -o "
                            + $"remount,rw {mount.Point}.",
                    IsFatal: !remounts
                )
            );
        }

        NoExec(places, table, findings);
    }

    private void NoExec(PackageManagerPlaces? places, MountTable table, List<PreflightFinding> findings)
    {
        // dpkg runs the scripts of packages where it unpacks them, below its database; nothing works with programs that
        // cannot be run.
        foreach (var (mount, paths) in ByMount(table, ["/", "/usr", places?.Database ?? "/var/lib"], m => m.IsNoExec))
            findings.Add(
                new PreflightFinding(
                    NoExecMount,
                    $"{mount.Point} is mounted noexec, and programs of {paths} must run",
                    $"mount -o remount,exec {mount.Point}, and correct /etc/fstab.",
                    IsFatal: true
                )
            );

        // Hardened hosts do this on purpose. debconf then asks its questions later than it would; nothing fails.
        if (
            places?.RunsFromTmp != false
            && table.Of(host.Paths.InRoot("/tmp")) is { IsNoExec: true, Point: not "/" } temporary
        )
            findings.Add(
                new PreflightFinding(
                    NoExecMount,
                    $"{temporary.Point} is mounted noexec: packages cannot be configured before they are "
                        + $"unpacked, and scripts that use it may fail",
                    "If one does, set APT::ExtractTemplates::TempDir to a directory whose programs may run.",
                    IsFatal: false
                )
            );
    }

    private IEnumerable<(Mount Mount, string Paths)> ByMount(
        MountTable table,
        IEnumerable<string> paths,
        Func<Mount, bool> isBad
    ) =>
        paths
            .Distinct(StringComparer.Ordinal)
            .Select(p =>
                (
                    Path: p,
                    Mount: table.Of(p.StartsWith(host.Paths.Root, StringComparison.Ordinal) ? p : host.Paths.InRoot(p))
                )
            )
            .Where(p => p.Mount is not null && isBad(p.Mount))
            .GroupBy(p => p.Mount!)
            .Select(g => (g.Key, string.Join(", ", g.Select(p => p.Path))));

    internal static bool BringsKernel(InstallPlan? plan) =>
        plan?.Changes.Any(c =>
            c.Action is PlannedAction.Install or PlannedAction.Upgrade
            && (
                c.Name.StartsWith("linux-image-", StringComparison.Ordinal)
                || RpmKernels.IsKernel(c.Name)
                || ZypperKernels.IsKernel(c.Name)
            )
        ) == true;

    private static void Packages(
        PackageManagerPlaces? places,
        HostInventory? inventory,
        List<PreflightFinding> findings
    )
    {
        if (places?.Interrupted is { } interrupted)
            findings.Add(
                new PreflightFinding(
                    TransactionInterrupted,
                    interrupted,
                    "The install repairs it first; by hand: dpkg --configure -a.",
                    IsFatal: false
                )
            );
        if (inventory is null)
            return;
        var broken = inventory.Installed.Where(p => p.IsBroken).ToList();

        // dpkg refuses everything else about such a package until it is unpacked again, so somebody must offer it.
        var lost = broken
            .Where(p => p.Status.Contains("reinstreq", StringComparison.Ordinal) && !IsOffered(inventory, p))
            .ToList();
        if (lost.Count > 0)
            findings.Add(
                new PreflightFinding(
                    ReinstallRequired,
                    $"{Names(lost)} must be installed again before anything else, and no repository offers "
                        + $"{(lost.Count == 1 ? "it" : "them")}",
                    "Install them from their package files (dpkg -i), or remove them: dpkg --remove "
                        + "--force-remove-reinstreq NAME.",
                    IsFatal: true
                )
            );
        var repairable = broken.Except(lost).ToList();
        if (repairable.Count > 0)
            findings.Add(
                new PreflightFinding(
                    BrokenPackages,
                    $"{Names(repairable)} {(repairable.Count == 1 ? "is" : "are")} not completely installed",
                    "The install repairs that first; by hand: dpkg --configure -a, then apt-get -f install.",
                    IsFatal: false
                )
            );
    }

    private static bool IsOffered(HostInventory inventory, InstalledPackage package) =>
        inventory.Packages.Any(p =>
            p.IsInstalled
            && p.Name == package.Name
            && p.Architecture == package.Architecture
            && p.Versions.Any(v => v.Origins.Any(o => o.IsOffer))
        );

    private static string Names(List<InstalledPackage> packages) =>
        string.Join(
            ", ",
            packages.Take(5).Select(p => p.Status.Length > 0 ? $"{p.Name} ({p.Status.Split(' ')[^1]})" : p.Name)
        ) + (packages.Count > 5 ? $" and {packages.Count - 5} more" : "");

    private void Clock(PackageManagerPlaces? places, HostInventory? inventory, List<PreflightFinding> findings)
    {
        const string Action = "Set the clock (timedatectl, chronyc makestep) and see that it is kept right.";
        var now = host.Clock.GetUtcNow();
        var youngest = inventory?.Repositories.Where(r => r.PublishedAt is not null).MaxBy(r => r.PublishedAt);
        if (youngest?.PublishedAt - now > ClockTolerance)
        {
            findings.Add(
                new PreflightFinding(
                    ClockBehind,
                    $"This host's clock says {Instant(now)}, and {youngest!.Name} was published at "
                        + $"{Instant(youngest.PublishedAt!.Value)}: the clock is behind",
                    Action,
                    IsFatal: true
                )
            );
        }
        else if (
            places?.DatabaseFile is { } database
            && Written(database) is { } written
            && written - now > ClockTolerance
        )
        {
            // Once the clock has been put right after being ahead the file stays in the future, so this alone proves
            // nothing.
            findings.Add(
                new PreflightFinding(
                    ClockBehind,
                    $"This host's clock says {Instant(now)}, and the package database was written at "
                        + $"{Instant(written)}: the clock is behind, or was ahead then",
                    Action,
                    IsFatal: false
                )
            );
        }

        var expiring = inventory?.Repositories.Where(r => r.ValidUntil is not null).ToList() ?? [];
        if (expiring.Count > 0 && expiring.TrueForAll(r => r.ValidUntil < now))
        {
            var last = expiring.MaxBy(r => r.ValidUntil)!;
            findings.Add(
                new PreflightFinding(
                    ClockAhead,
                    $"This host's clock says {Instant(now)}, and no repository's metadata is valid that long "
                        + $"({last.Name} until {Instant(last.ValidUntil!.Value)}): the clock is ahead, or nothing "
                        + $"was refreshed since",
                    Action + (places is null ? "" : $" If it is right, refresh: {places.Commands.Refresh}."),
                    IsFatal: false
                )
            );
        }
    }

    private static DateTimeOffset? Written(string path)
    {
        try
        {
            return File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
