namespace PatchTools.Native.Table;

/// <summary>
/// The program in one table. Its help, its manual page, the completion of its words in a shell and what it reads of the
/// command line are all made of it.
/// </summary>
internal static class CommandTable
{
    public const string Program = "patchtools";

    public const string Summary = "Patches of this host against an AWS patch baseline: scan, install, report.";

    private static readonly IReadOnlyList<OptionRow> Operation =
    [
        Options.SnapshotId,
        Options.Path,
        Options.Default,
        Options.BaselineOverride,
        Options.InstallOverrideList,
        Options.Reboot,
        Options.Policy,
        Options.DateSource,
        Options.TimeBudget,
        Options.AssociationId,
        Options.AssociationSeverity,
        Options.NoRefresh,
        Options.MaxMetadataAge,
        Options.LockTimeout,
        Options.StateDirectory,
        Options.As,
        Options.WhatIf,
        Options.Brief,
        Options.ExecOn,
        .. Options.Aws,
        .. Options.Everywhere,
    ];

    public static IReadOnlyList<CommandRow> All { get; } =
    [
        new()
        {
            Name = "scan",
            Summary = "Compares this host with its baseline, saves the result and reports it to Systems Manager.",
            Description =
                "Gets the baseline, refreshes the repositories' metadata when root, compares, saves the patch states "
                + "and sends the report. Prints the report; exit status is the report's own.",
            Cmdlets = ["Invoke-PatchBaseline"],
            Options = [Options.ImageRoot, .. Operation],
        },
        new()
        {
            Name = "install",
            Summary = "Installs what the baseline or an override list wants, then does what scan does.",
            Description =
                "Needs root. Never asks back. Exit status 194 asks SSM's agent for a reboot and for the same command "
                + "after it.",
            Cmdlets = ["Invoke-PatchBaseline"],
            Options = Operation,
        },
        new()
        {
            Name = "plan",
            Summary = "Shows the transaction that an install would run now. Changes nothing.",
            Description =
                "Prints what the package manager's own resolver answers: what changes, what comes along, what is left "
                + "out and why, and whether a reboot is to be expected.",
            Cmdlets = ["Get-PatchSnapshot", "Get-PatchPlan"],
            Options =
            [
                Options.SnapshotId,
                Options.Path,
                Options.Default,
                Options.BaselineOverride,
                Options.InstallOverrideList,
                Options.DateSource,
                Options.Refresh,
                Options.MaxMetadataAge,
                Options.LockTimeout,
                .. Options.Aws,
                .. Options.Everywhere,
            ],
        },
        new()
        {
            Name = "publish",
            Summary = "Sends the reports that are kept on this host because they could not be sent.",
            Description = "Prints what became of each upload.",
            Cmdlets = ["Publish-PatchSummary"],
            Options = [Options.StateDirectory, .. Options.Aws, .. Options.Everywhere],
        },
        new()
        {
            Name = "reboot-required",
            Summary = "Says whether this host needs a reboot, and why. Changes nothing.",
            Description =
                "Judged from the host itself: kernel, libraries in use, the distribution's own flag, pending patches. "
                + "Without root it cannot look into the processes of others. Exit status 0 whatever the answer is.",
            Cmdlets = ["Test-PatchRebootRequired"],
            Options = [Options.Quiet, Options.StateDirectory, .. Options.Everywhere],
        },
        new()
        {
            Name = "inventory",
            Summary = "Shows what is installed and what the repositories offer, or writes it to a file.",
            Description =
                "Reads this host, a mounted image or an exported file. With --export, Test-PatchCompliance of the "
                + "PowerShell module can judge it on another host.",
            Cmdlets = ["Get-PatchInventory"],
            Options =
            [
                Options.InventoryPath,
                Options.Root,
                Options.Refresh,
                Options.MaxMetadataAge,
                Options.LockTimeout,
                Options.Export,
                .. Options.Everywhere,
            ],
        },
        new()
        {
            Name = "report",
            Summary = "Shows the summary that the last run left on this host, or all that are kept.",
            Description = "The reports in full lie in reports/ of PatchTools' data directory, /var/lib/patchtools.",
            Cmdlets = ["Get-PatchSummary"],
            Options = [Options.History, Options.StateDirectory, .. Options.Everywhere],
        },
        new()
        {
            Name = "version",
            Summary = "Prints the version of the program.",
            Description = "The same as that of the PowerShell module of the release.",
            Options = [Options.Json],
        },
    ];
}
