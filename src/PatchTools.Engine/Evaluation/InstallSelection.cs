namespace PatchTools.Evaluation;

/// <summary>
/// What an install asks the package manager for, and what it does not ask for because the administrator refuses it.
/// </summary>
internal sealed record InstallSelection
{
    /// <summary>In the report's order; at most one for each package.</summary>
    public required IReadOnlyList<PatchTarget> Targets { get; init; }

    /// <summary>
    /// Wanted, and held on the host or pinned away: never installed, reported Failed with this reason, without effect
    /// on the exit code (design §4).
    /// </summary>
    public required IReadOnlyList<PatchSetback> Held { get; init; }

    /// <summary>
    /// Wanted, and to be had from nobody: reported Failed with this reason, and a failure for the exit code.
    /// </summary>
    public IReadOnlyList<PatchSetback> NotOffered { get; init; } = [];

    public bool IsEmpty => Targets.Count == 0;

    /// <summary>
    /// Chooses from a report taken before the install. Of a Scan's report what is Missing; of an Install's what is
    /// Failed, which is everything missing, or with an override list what the list names (reference 09 §7.1). Only
    /// upgrades of installed packages: nobody is given new ones.
    /// </summary>
    public static InstallSelection Of(ComplianceReport before)
    {
        var wanted = before.Operation == PatchOperation.Install ? PatchState.Failed : PatchState.Missing;
        var refusals = Refusals(before.Inventory);
        List<PatchTarget> targets = [];
        List<PatchSetback> held = [];
        foreach (var finding in before.Findings)
        {
            if (finding.State != wanted || finding.AvailableVersion.Length == 0)
                continue;
            var target = new PatchTarget
            {
                Name = finding.PackageName,
                Architecture = finding.Architecture,
                InstalledArchitecture = finding.InstalledArchitecture,
                InstalledEdition = finding.InstalledVersion,
                Edition = finding.AvailableVersion,
                Id = finding.Id,
            };
            if (
                refusals.GetValueOrDefault((target.Name, target.InstalledArchitecture)) is { } package
                && RefusalOf(package, target.Edition) is { } refusal
            )
            {
                held.Add(new PatchSetback(target, SetbackKind.Held, refusal));
                if (finding.PermittedVersion.Length > 0)
                    targets.Add(target with { Edition = finding.PermittedVersion });
            }
            else
            {
                targets.Add(target);
            }
        }

        return new InstallSelection
        {
            Targets = targets,
            Held = held,
            NotOffered = Setbacks.NotOffered(before),
        };
    }

    private static Dictionary<(string Name, string Architecture), InstalledPackage> Refusals(HostInventory inventory)
    {
        Dictionary<(string, string), InstalledPackage> refusals = [];
        foreach (var package in inventory.Installed)
        {
            if (package.IsHeld || package.RefusedEditions.Count > 0)
                refusals[(package.Name, package.Architecture)] = package;
        }

        return refusals;
    }

    private static string? RefusalOf(InstalledPackage package, string edition)
    {
        if (package.IsHeld)
            return "held by the administrator";
        return package.RefusedEditions.FirstOrDefault(r => r.Edition == edition) is { } refused
            ? $"kept away by {refused.Reason}"
            : null;
    }
}
