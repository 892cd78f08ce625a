using System.Runtime.CompilerServices;

namespace PatchTools.Errors;

/// <summary>
/// The single table of everything PatchTools fails with on purpose. A test holds it against
/// <c>about_PatchTools_ExitCodes</c>.
/// </summary>
public static partial class PatchErrors
{
    // Snapshot and baseline
    public static readonly PatchError SnapshotServiceUnreachable = Row(
        143,
        PatchErrorCategory.ConnectionError,
        "Check that the instance reaches the SSM endpoint of its region (route, proxy, VPC endpoint) and "
            + "that its clock is right."
    );
    public static readonly PatchError SnapshotServiceFailed = Row(
        144,
        PatchErrorCategory.ResourceUnavailable,
        "Read the service's error code in the message; GetDeployablePatchSnapshotForInstance must be called "
            + "with the instance's own credentials."
    );
    public static readonly PatchError SnapshotAccessDenied = Row(
        148,
        PatchErrorCategory.PermissionDenied,
        "Give the instance's role ssm:GetDeployablePatchSnapshotForInstance (managed policy "
            + "AmazonSSMManagedInstanceCore)."
    );
    public static readonly PatchError UnsupportedOperatingSystem = Row(
        146,
        PatchErrorCategory.NotSupported,
        "Scan with a baseline that does not come from the service: Get-PatchSnapshot -Default or -Path."
    );
    public static readonly PatchError CredentialsNotFound = Row(
        148,
        PatchErrorCategory.PermissionDenied,
        "Attach an instance profile, name a profile with -ProfileName, or set AWS_ACCESS_KEY_ID and "
            + "AWS_SECRET_ACCESS_KEY."
    );
    public static readonly PatchError CredentialsRejected = Row(
        144,
        PatchErrorCategory.PermissionDenied,
        "Renew the credentials: temporary ones expire, and keys of another account, profile or partition "
            + "(China, GovCloud) are not known to this region."
    );
    public static readonly PatchError ClockSkewed = Row(
        144,
        PatchErrorCategory.InvalidOperation,
        "Set the host's clock (timedatectl set-ntp true, chronyc makestep): AWS refuses signatures that are "
            + "more than five minutes off."
    );
    public static readonly PatchError SnapshotDownloadFailed = Row(
        143,
        PatchErrorCategory.ConnectionError,
        "Check that the instance reaches Amazon S3 in its region; presigned URLs expire after 24 hours, so "
            + "ask for a new snapshot."
    );
    public static readonly PatchError SnapshotMalformed = Row(
        150,
        PatchErrorCategory.InvalidData,
        "Get the document again; if it is a file, correct the place that the message names."
    );
    public static readonly PatchError SnapshotNotFound = Row(143, PatchErrorCategory.NotFound, "Check the path.");
    public static readonly PatchError BaselineInvalid = Row(
        150,
        PatchErrorCategory.InvalidData,
        "Correct the place that the message names; the fields are described under CreatePatchBaseline in the "
            + "Systems Manager API reference."
    );
    public static readonly PatchError NoDefaultBaseline = Row(
        146,
        PatchErrorCategory.NotSupported,
        "Give a baseline of your own with -Path."
    );

    public static readonly PatchError SnapshotForAnotherFamily = Row(
        146,
        PatchErrorCategory.InvalidData,
        "Give a snapshot or baseline of the host's own operating system: Get-PatchSnapshot without -Path, or -Default."
    );

    // Identity
    public static readonly PatchError InstanceIdNotFound = Row(
        143,
        PatchErrorCategory.NotFound,
        "Give -InstanceId, set AWS_SSM_INSTANCE_ID, or run on EC2 with the instance metadata service enabled."
    );
    public static readonly PatchError RegionNotFound = Row(
        143,
        PatchErrorCategory.NotFound,
        "Give -Region, set AWS_REGION, or run on EC2 with the instance metadata service enabled."
    );
    public static readonly PatchError InvalidInstanceId = Row(
        143,
        PatchErrorCategory.InvalidArgument,
        "Give an instance id: i- and 8 or 17 characters, or mi- and 17 characters."
    );

    public static readonly PatchError InvalidRegion = Row(
        143,
        PatchErrorCategory.InvalidArgument,
        "Give the name of a region, such as eu-west-1."
    );
    public static readonly PatchError InvalidSnapshotId = Row(
        143,
        PatchErrorCategory.InvalidArgument,
        "Give a GUID of 36 characters, or leave the snapshot id out for a new one."
    );

    // Overrides
    public static readonly PatchError BaselineOverrideAccessDenied = Row(
        160,
        PatchErrorCategory.PermissionDenied,
        "Give the instance's role s3:GetObject on the object, or use a presigned URL that has not expired."
    );
    public static readonly PatchError BaselineOverrideNotAList = Row(
        161,
        PatchErrorCategory.InvalidData,
        "Write a JSON array of baselines, one for each operating system."
    );
    public static readonly PatchError BaselineOverrideDownloadFailed = Row(
        162,
        PatchErrorCategory.ConnectionError,
        "Check the location and that the host reaches it."
    );
    public static readonly PatchError BaselineOverrideMalformed = Row(
        162,
        PatchErrorCategory.InvalidData,
        "Correct the place that the message names."
    );
    public static readonly PatchError BaselineOverrideNoEntry = Row(
        163,
        PatchErrorCategory.NotFound,
        "Add an entry whose OperatingSystem is the one that the message names."
    );
    public static readonly PatchError BaselineOverrideSeveralEntries = Row(
        165,
        PatchErrorCategory.InvalidData,
        "Keep one entry for each operating system."
    );
    public static readonly PatchError BaselineOverrideUnsupportedSystem = Row(
        166,
        PatchErrorCategory.NotSupported,
        "Set AWS_SSM_PLATFORM_NAME to the name of the operating system, as SSM's agent does."
    );
    public static readonly PatchError InstallOverrideListAccessDenied = Row(
        1,
        PatchErrorCategory.PermissionDenied,
        "Give the instance's role s3:GetObject on the object, or use a presigned URL that has not expired."
    );
    public static readonly PatchError InstallOverrideListDownloadFailed = Row(
        1,
        PatchErrorCategory.ConnectionError,
        "Check the location and that the host reaches it."
    );
    public static readonly PatchError InstallOverrideListMalformed = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Correct the place that the message names; the list is a mapping with the key patches, whose entries "
            + "have an id and may have a title."
    );
    public static readonly PatchError BothOverridesGiven = Row(
        167,
        PatchErrorCategory.InvalidArgument,
        "Give -BaselineOverride or -InstallOverrideList, not both."
    );

    // Inventory
    public static readonly PatchError PackageManagerNotFound = Row(
        1,
        PatchErrorCategory.NotSupported,
        "Check -Root, and that apt, dnf, yum or zypper manages the packages there."
    );
    public static readonly PatchError PackageDatabaseUnreadable = Row(
        1,
        PatchErrorCategory.ReadError,
        "Check that the file the message names exists, is readable and whole."
    );
    public static readonly PatchError ImagePathRefused = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Correct the link that the message names, or find out who put it there: the links of an image may lead "
            + "only to its own files."
    );
    public static readonly PatchError NotPlainFile = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Put a plain file in the place that the message names, or remove what is there."
    );
    public static readonly PatchError RepositoryMetadataMalformed = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Fetch the repository's metadata again (dnf clean metadata, then dnf makecache; zypper clean "
            + "--metadata, then zypper refresh); if it stays damaged, tell the repository's operator."
    );
    public static readonly PatchError PackageManagerFailed = Row(
        1,
        PatchErrorCategory.InvalidOperation,
        "Run the command of the message by hand; its own output says more."
    );
    public static readonly PatchError PackageManagerBusy = Row(
        170,
        PatchErrorCategory.ResourceBusy,
        "Wait for the process that the message names, or raise -LockTimeout."
    );
    public static readonly PatchError MetadataNotProven = Row(
        1,
        PatchErrorCategory.ResourceUnavailable,
        "Correct what the message names: enable and refresh the operating system's repositories (as root: "
            + "Get-PatchInventory -Refresh), or raise -MaxMetadataAge."
    );
    public static readonly PatchError InventoryMalformed = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Export the inventory again with Export-PatchInventory."
    );
    public static readonly PatchError InventoryTooLarge = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Check that the file was written by Export-PatchInventory: it is larger than any host needs."
    );
    public static readonly PatchError UnsupportedCompression = Row(
        1,
        PatchErrorCategory.NotSupported,
        "Refresh the package lists, or have apt keep them in another format (Acquire::GzipIndexes)."
    );
    public static readonly PatchError ElevationRequired = Row(
        172,
        PatchErrorCategory.PermissionDenied,
        "Run as root (sudo pwsh, or the SSM agent)."
    );
    public static readonly PatchError PreflightFailed = Row(
        1,
        PatchErrorCategory.InvalidOperation,
        "Fix all the problems listed, then run again. Nothing has been changed."
    );
    public static readonly PatchError CommandTimedOut = Row(
        1,
        PatchErrorCategory.OperationTimeout,
        "Run the command of the message by hand, and find out what it waits for."
    );

    public static readonly PatchError BaselineSourcesNotApplicable = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Add the product to one of the baseline's sources, or remove the sources."
    );

    // Evaluation
    public static readonly PatchError UnknownFilterKey = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Remove the filter: this family knows PRODUCT, CLASSIFICATION and SEVERITY."
    );

    // Report
    public static readonly PatchError ReportUploadFailed = Row(
        1,
        PatchErrorCategory.ConnectionError,
        "Send the report with Publish-PatchSummary -Pending when the cause is gone. It is kept on the host."
    );
    public static readonly PatchError AssociationReportFailed = Row(
        1,
        PatchErrorCategory.ConnectionError,
        "Give the instance's role ssm:PutComplianceItems. The association's next run, or "
            + "Invoke-PatchBaseline with its id, sends the report again."
    );
    public static readonly PatchError InvalidAssociationId = Row(
        1,
        PatchErrorCategory.InvalidArgument,
        "Give the GUID of 36 characters that State Manager shows."
    );
    public static readonly PatchError SnapshotNotFromService = Row(
        1,
        PatchErrorCategory.InvalidOperation,
        "Run Get-PatchSnapshot without -Default and -Path: only a snapshot of the service can be published. "
            + "The report is saved on the host."
    );
    public static readonly PatchError InventoryNotOfThisHost = Row(
        1,
        PatchErrorCategory.InvalidOperation,
        "Publish a report on an inventory of this host: an upload replaces what the service knows of the instance."
    );
    public static readonly PatchError StateUnwritable = Row(
        1,
        PatchErrorCategory.WriteError,
        "Check the directory of the message: space, permissions, read-only mount; or give -StateDirectory."
    );
    public static readonly PatchError StateDirectoryUnsafe = Row(
        1,
        PatchErrorCategory.PermissionDenied,
        "Name a directory that is yours (root's, when root runs) and that nobody else can write, as every "
            + "directory above it."
    );
    public static readonly PatchError ReportFormatUnknown = Row(
        1,
        PatchErrorCategory.InvalidArgument,
        "Give -As, or a path that ends with .html, .csv, .json, .md or .xml."
    );
    public static readonly PatchError SeveralReports = Row(
        1,
        PatchErrorCategory.InvalidArgument,
        "Export each report to a path of its own, with ForEach-Object."
    );
    public static readonly PatchError SummaryNotFound = Row(
        1,
        PatchErrorCategory.NotFound,
        "Run Invoke-PatchBaseline -Operation Scan first, or give the -StateDirectory of the run."
    );
    public static readonly PatchError SummaryMalformed = Row(
        1,
        PatchErrorCategory.InvalidData,
        "Run Invoke-PatchBaseline -Operation Scan: it writes a new file."
    );
    public static readonly PatchError RunInProgress = Row(
        170,
        PatchErrorCategory.ResourceBusy,
        "Wait for the run that the message names, or raise -LockTimeout."
    );

    // Reboot
    public static readonly PatchError RebootNotDone = Row(
        194,
        PatchErrorCategory.ResourceUnavailable,
        "Reboot the host; SSM's agent does it when it sees exit code 194, and runs the command again."
    );
    public static readonly PatchError RebootGivenUp = Row(
        3,
        PatchErrorCategory.InvalidOperation,
        "Find out why the host does not reboot when the agent asks for it, reboot it, and run the operation again."
    );

    // Payload
    public static readonly PatchError PayloadDownloadFailed = Row(
        1,
        PatchErrorCategory.ConnectionError,
        "Check bucket, key and region, that the role may do s3:GetObject there, and that the host reaches "
            + "Amazon S3; an administrator can also copy the bundle here and give its path."
    );
    public static readonly PatchError PayloadChecksumMismatch = Row(
        151,
        PatchErrorCategory.InvalidData,
        "Compare with the checksum that was published with the bundle; where that is the one that was given, "
            + "somebody has changed the bundle."
    );
    public static readonly PatchError PayloadUnsafe = Row(
        152,
        PatchErrorCategory.InvalidData,
        "Do not use this bundle, and find out who made it: one that build.ps1 -Task Pack has made has "
            + "nothing of the kind."
    );
    public static readonly PatchError PayloadDamaged = Row(
        152,
        PatchErrorCategory.InvalidData,
        "Take a bundle that build.ps1 -Task Pack has made, of the version that is wanted."
    );

    // Module
    public static readonly PatchError AdaptersNotLoaded = Row(
        1,
        PatchErrorCategory.InvalidOperation,
        "Install the module again: its folder bin/adapters is missing or damaged."
    );
    public static readonly PatchError TlsLibraryMissing = Row(
        1,
        PatchErrorCategory.ResourceUnavailable,
        "Install OpenSSL: apt-get install libssl3, dnf install openssl-libs, or zypper install libopenssl3. "
            + "A scan with a local snapshot needs none."
    );
    public static readonly PatchError InvalidLocation = Row(
        1,
        PatchErrorCategory.InvalidArgument,
        "Give a local path, - for standard input, https://… or s3://bucket/key."
    );

    private static IReadOnlyList<PatchError>? _all;

    /// <summary>Every row, by exit code and id.</summary>
    public static IReadOnlyList<PatchError> All =>
        // Not before every part of the table has its rows.
        _all ??= [
            .. typeof(PatchErrors)
                .GetFields()
                .Where(f => f.FieldType == typeof(PatchError))
                .Select(f => (PatchError)f.GetValue(null)!)
                .OrderBy(error => error.ExitCode)
                .ThenBy(error => error.Id, StringComparer.Ordinal),
        ];

    private static PatchError Row(
        int exitCode,
        PatchErrorCategory category,
        string recommendedAction,
        [CallerMemberName] string id = ""
    ) => new(id, exitCode, category, recommendedAction);
}
