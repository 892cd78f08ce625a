namespace PatchTools.Native.Table;

/// <summary>Every option there is. A test holds them to the parameters of the cmdlets, name by name.</summary>
internal static class Options
{
    public static readonly OptionRow SnapshotId = new(
        "SnapshotId",
        "A snapshot that was made before; a GUID. Default: a new one."
    )
    {
        Value = "GUID",
    };

    public static readonly OptionRow Path = new(
        "Path",
        "A file with a snapshot, a bare baseline, or what GetPatchBaseline answers; - reads standard input."
    )
    {
        Value = "FILE",
        IsFile = true,
    };

    public static readonly OptionRow Default = new(
        "Default",
        "The predefined baseline of this operating system; the result is saved on the host and not sent."
    );

    public static readonly OptionRow BaselineOverride = new(
        "BaselineOverride",
        "Baselines that replace the registered one: a path, -, https:// or s3://."
    )
    {
        Value = "LOCATION",
        IsFile = true,
    };

    public static readonly OptionRow InstallOverrideList = new(
        "InstallOverrideList",
        "Patches to install whatever the baseline says, YAML or JSON: a path, -, https:// or s3://. A scan ignores "
            + "the list; refused beside --baseline-override."
    )
    {
        Value = "LOCATION",
        IsFile = true,
    };

    public static readonly OptionRow Reboot = OptionRow.Of<RebootOption>(
        "RebootOption",
        "OPTION",
        "Whether an install asks for a reboot, by exit code 194; a scan only reports it. Default: RebootIfNeeded."
    );

    public static readonly OptionRow Policy = OptionRow.Of<RebootPolicy>(
        "RebootPolicy",
        "POLICY",
        "When RebootIfNeeded asks for one: Any after any installed patch, as AWS does; HostNeed only when "
            + "patchtools reboot-required says so. Default: Any."
    );

    public static readonly OptionRow DateSource = OptionRow.Of<ApprovalDateSource>(
        "ApprovalDateSource",
        "SOURCE",
        "From which dates approveAfterDays and approveUntilDate count on apt. Default: None, the two have no effect "
            + "there."
    );

    public static readonly OptionRow TimeBudget = new(
        "TimeBudget",
        "An install begins nothing that is not expected to end within this time; a bare number counts minutes. "
            + "Default: no limit."
    )
    {
        Value = "TIME",
        Unit = TimeSpan.FromMinutes(1),
    };

    public static readonly OptionRow AssociationId = new(
        "AssociationId",
        "The State Manager association in whose name the result is reported, with PutComplianceItems in the place of "
            + "the instance's summary."
    )
    {
        Value = "GUID",
    };

    public static readonly OptionRow AssociationSeverity = OptionRow.Of<ComplianceLevel>(
        "AssociationSeverity",
        "LEVEL",
        "The severity that the association's report has. Default: UNSPECIFIED."
    );

    public static readonly OptionRow NoRefresh = new(
        "NoRefresh",
        "Takes the repositories' metadata as it lies on the host. Without it root refreshes it first."
    );

    public static readonly OptionRow Refresh = new("Refresh", "Asks the repositories first. Needs root.");

    public static readonly OptionRow MaxMetadataAge = new(
        "MaxMetadataAge",
        "How old the last refresh of a repository may be before it proves nothing; a bare number counts days. "
            + "Default: 7 days."
    )
    {
        Value = "TIME",
        Unit = TimeSpan.FromDays(1),
    };

    public static readonly OptionRow LockTimeout = new(
        "LockTimeout",
        "How long to wait for another run and for the package manager's locks; a bare number counts seconds. "
            + "Default: 2 minutes."
    )
    {
        Value = "TIME",
        Unit = TimeSpan.FromSeconds(1),
    };

    public static readonly OptionRow StateDirectory = new(
        "StateDirectory",
        "Where states and summary are kept. Default: where SSM's agent keeps them, for other users below "
            + "$XDG_STATE_HOME."
    )
    {
        Value = "DIRECTORY",
        IsFile = true,
    };

    public static readonly OptionRow As = OptionRow.Of<ReportDetail>(
        "As",
        "FORM",
        "Summary prints the report, Detail all of its findings. Default: Summary."
    );

    public static readonly OptionRow WhatIf = new(
        "WhatIf",
        "Changes nothing: a scan saves, sends and refreshes nothing, an install prints its plan."
    );

    public static readonly OptionRow Region = new(
        "Region",
        "Default: SSM's and AWS's environment, then the instance metadata service."
    )
    {
        Value = "REGION",
    };

    public static readonly OptionRow ProfileName = new(
        "ProfileName",
        "A profile of the shared AWS configuration. Default: the SDK's own chain."
    )
    {
        Value = "NAME",
    };

    public static readonly OptionRow EndpointUrl = new(
        "EndpointUrl",
        "Endpoint of every AWS service, for VPC endpoints and tests."
    )
    {
        Value = "URL",
    };

    public static readonly OptionRow InstanceId = new(
        "InstanceId",
        "The instance in whose name the service is asked: i-… or mi-…. Default: SSM's environment, then the instance "
            + "metadata service."
    )
    {
        Value = "ID",
    };

    public static readonly OptionRow Quiet = new("Quiet", "Prints only True or False.");

    public static readonly OptionRow History = new("History", "All that are kept, newest first.");

    public static readonly OptionRow InventoryPath = new("Path", "A file that --export wrote.")
    {
        Value = "FILE",
        IsFile = true,
    };

    public static readonly OptionRow Root = new(
        "Root",
        "Root of the host to read: a mounted image or a chroot. Default: this host."
    )
    {
        Value = "DIRECTORY",
        IsFile = true,
    };

    public static readonly OptionRow Export = new(
        "Export",
        "Writes the inventory to a file, for a host that judges it without reaching this one; one that exists is "
            + "replaced whole."
    )
    {
        Value = "FILE",
        IsFile = true,
        IsProgramsOwn = true,
    };

    public static readonly OptionRow Brief = new("Brief", "Prints the verdict alone, in one line.")
    {
        IsProgramsOwn = true,
    };

    /// <summary>What <c>Get-PatchSnapshot -Root</c> and <c>Get-PatchInventory -Root</c> do in a pipeline.</summary>
    public static readonly OptionRow ImageRoot = new(
        "Root",
        "Judges a mounted image or a chroot in the place of this host; needs --path or --default. Nothing is saved or "
            + "sent."
    )
    {
        Value = "DIRECTORY",
        IsFile = true,
        IsProgramsOwn = true,
    };

    public static readonly OptionRow ExecOn = new(
        "ExecOn",
        "Runs a program after the run, with the verdict, the exit status and one sentence as its arguments: for mail "
            + "or a webhook. WHEN is a verdict (Compliant, NonCompliant, NotProven, NothingJudged), Failure for a run "
            + "without a report, Problem for all but Compliant, or Always."
    )
    {
        Value = "WHEN=PROGRAM",
        IsProgramsOwn = true,
    };

    public static readonly OptionRow Json = new("Json", "Prints the result as one JSON document.")
    {
        IsProgramsOwn = true,
    };

    public static readonly OptionRow Verbose = new(
        "Verbose",
        "Says on standard error what is decided, and every command that is run."
    )
    {
        IsProgramsOwn = true,
    };

    public static readonly OptionRow Debug = new("Debug", "Says on standard error what only a developer asks for.")
    {
        IsProgramsOwn = true,
    };

    /// <summary>What every command that speaks to AWS takes.</summary>
    public static readonly IReadOnlyList<OptionRow> Aws = [Region, ProfileName, EndpointUrl, InstanceId];

    /// <summary>What every command takes.</summary>
    public static readonly IReadOnlyList<OptionRow> Everywhere = [Json, Verbose, Debug];
}
