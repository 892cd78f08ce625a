using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Snapshots;

/// <summary>
/// Gets the snapshot that applies to this host: from the service (reference 02 §3–§5), from a file or standard input,
/// or the predefined baseline, each with or without a baseline override (reference 05 §3).
/// </summary>
/// <remarks>
/// Whether a report on a file may be published (design §2): only if the file is a snapshot document (not a bare
/// baseline) with one of the service's baseline ids (<c>pb-</c> and 17 hex digits), its snapshot id is known (from a
/// saved snapshot, or given), it was not saved for another instance, and it does not come of a baseline override. A
/// document of the service has no snapshot id inside; without one given it gets a new one, which the service does not
/// know.
/// </remarks>
internal sealed class SnapshotAcquisition
{
    private const string Phase = "Snapshot";

    private readonly HostContext _host;
    private readonly IAdapterFactory _adapters;
    private readonly IRunObserver _observer;
    private readonly InstanceIdentification _identification;
    private readonly Stream? _standardInput;
    private LocationReader? _locations;

    /// <param name="host">The host.</param>
    /// <param name="adapters">Makes the service, the object store and the identity source when they are needed, not
    /// before.</param>
    /// <param name="observer">Hears of decisions and warnings.</param>
    /// <param name="standardInput">What <c>-</c> reads; null where there is none.</param>
    public SnapshotAcquisition(
        HostContext host,
        IAdapterFactory adapters,
        IRunObserver observer,
        Stream? standardInput = null
    )
    {
        _host = host;
        _adapters = adapters;
        _observer = observer;
        _standardInput = standardInput;
        _identification = new InstanceIdentification(host, adapters, observer);
    }

    /// <param name="request">Which snapshot is wanted. <see cref="SnapshotRequest.Path"/> wins over
    /// <see cref="SnapshotRequest.UseDefault"/>.</param>
    /// <param name="osRelease">What the host is: product text of files and defaults, entry of an override.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PatchToolsException">Codes 143, 144, 146, 148, 150, 160 to 167 (design §6).</exception>
    public async Task<PatchSnapshot> GetAsync(
        SnapshotRequest request,
        OsRelease osRelease,
        CancellationToken cancellationToken
    )
    {
        var start = _host.Clock.GetUtcNow();
        if (!string.IsNullOrEmpty(request.BaselineOverride) && !string.IsNullOrEmpty(request.InstallOverrideList))
            throw new PatchToolsException(
                PatchErrors.BothOverridesGiven,
                "Both a baseline override and an install override list are given."
            );
        if (!string.IsNullOrEmpty(request.SnapshotId) && !SnapshotIds.IsValid(request.SnapshotId))
            throw new PatchToolsException(
                PatchErrors.InvalidSnapshotId,
                $"{JsonPlace.Quote(request.SnapshotId)} is not a snapshot id.",
                request.SnapshotId
            );

        _observer.Progress(Phase, "Getting the patch baseline", -1);
        var snapshot =
            request.Baseline is not null || request.Path is not null || request.UseDefault
                ? await GetLocallyAsync(request, osRelease, start, cancellationToken)
                : await GetFromServiceAsync(request, osRelease, start, cancellationToken);
        _observer.Verbose(
            $"Baseline {(snapshot.Baseline.Name.Length > 0 ? snapshot.Baseline.Name : "without a name")} "
                + $"({snapshot.BaselineId ?? "no id"}) for {snapshot.OperatingSystem}, product {snapshot.Product}, "
                + $"snapshot {snapshot.SnapshotId}."
        );
        return snapshot;
    }

    /// <summary>
    /// The install override list of an Install; a Scan never asks for it (reference 05 §2.1). Called on the object that
    /// got the snapshot, standard input is read for one of them only.
    /// </summary>
    /// <exception cref="PatchToolsException">See <see cref="InstallOverrideFile.ReadAsync"/>;
    /// <see cref="PatchErrors.RegionNotFound"/>.</exception>
    public async Task<InstallOverrideList> GetInstallOverrideListAsync(
        string location,
        AwsParameters aws,
        CancellationToken cancellationToken
    )
    {
        _observer.Progress(Phase, "Getting the install override list", -1);
        var list = await InstallOverrideFile.ReadAsync(
            location,
            Locations(aws),
            _adapters.CreateOverrideListReader(),
            cancellationToken
        );
        _observer.Verbose($"The install override list {list.Location} has {list.Entries.Count} entries.");
        return list;
    }

    private async Task<PatchSnapshot> GetLocallyAsync(
        SnapshotRequest request,
        OsRelease osRelease,
        DateTimeOffset start,
        CancellationToken cancellationToken
    )
    {
        var locations = Locations(request.Aws);
        var snapshot = request switch
        {
            { Baseline: { } baseline } => FromBaseline(request, baseline, osRelease, start),
            { Path: { } path } => await FromFileAsync(request, path, locations, osRelease, start, cancellationToken),
            _ => FromDefault(request, osRelease, start),
        };
        if (await ReadOverrideAsync(request, locations, osRelease, cancellationToken) is not { } entry)
            return snapshot;

        // No service to merge them: the entry takes the baseline's place. The id of what it replaced would be a false
        // label.
        return snapshot with
        {
            SnapshotId = Given(request.SnapshotId) ?? SnapshotIds.New(),
            Origin = SnapshotOrigin.Override,
            Baseline = entry.Name.Length > 0 ? entry : entry with { Name = "Baseline override" },
            CarriesServiceIds = false,
            BaselineOverride = LocationReader.Describe(request.BaselineOverride!),
        };
    }

    private PatchSnapshot FromDefault(SnapshotRequest request, OsRelease osRelease, DateTimeOffset start)
    {
        var identity = OperatingSystemIdentity.From(osRelease);
        if (identity.Warning is { } warning)
            _observer.Warning(warning);
        var (instanceId, region) = _identification.Local(request.Aws);
        return new PatchSnapshot
        {
            SnapshotId = Given(request.SnapshotId) ?? SnapshotIds.New(),
            Origin = SnapshotOrigin.Default,
            Baseline = DefaultBaselines.For(identity.AwsName),
            Product = identity.Product,
            InstanceId = instanceId,
            Region = region,
            OperationStart = start,
        };
    }

    /// <summary>As a file that holds the bare baseline.</summary>
    private PatchSnapshot FromBaseline(
        SnapshotRequest request,
        PatchBaseline baseline,
        OsRelease osRelease,
        DateTimeOffset start
    )
    {
        var identity = OperatingSystemIdentity.TryFrom(osRelease);
        if (identity is not null && identity.AwsName != baseline.OperatingSystem)
            _observer.Warning(
                $"The baseline {JsonPlace.Quote(baseline.Name)} is for {baseline.OperatingSystem}, but this "
                    + $"host is {identity.AwsName}."
            );
        var (instanceId, region) = _identification.Local(request.Aws);
        return new PatchSnapshot
        {
            SnapshotId = Given(request.SnapshotId) ?? SnapshotIds.New(),
            Origin = SnapshotOrigin.File,
            Baseline = baseline,
            Product = identity?.Product ?? OperatingSystemIdentity.OwnProduct(osRelease),
            InstanceId = instanceId,
            Region = region,
            OperationStart = start,
        };
    }

    private async Task<PatchSnapshot> FromFileAsync(
        SnapshotRequest request,
        string path,
        LocationReader locations,
        OsRelease osRelease,
        DateTimeOffset start,
        CancellationToken cancellationToken
    )
    {
        var shown = LocationReader.Describe(path);
        var document = await ReadAsync(path, shown, locations, cancellationToken);
        _observer.Verbose($"{shown} holds {Describe(document.Form)}.");
        var identity = OperatingSystemIdentity.TryFrom(osRelease);
        if (identity is not null && identity.AwsName != document.Baseline.OperatingSystem)
            _observer.Warning(
                $"The baseline of {shown} is for {document.Baseline.OperatingSystem}, but this host is "
                    + $"{identity.AwsName}."
            );

        var snapshotId = Given(request.SnapshotId) ?? document.SnapshotId;
        var hasServiceIds =
            document is { Form: SnapshotForm.Service or SnapshotForm.Saved, BaselineOverride: null }
            && snapshotId is not null
            && SnapshotIds.IsServiceBaseline(document.Baseline.BaselineId);

        // Only a snapshot that may be published is worth asking the metadata service. What the file says of an instance
        // is never taken for this host: publishing under another's id would replace what the service knows of that one.
        var (instanceId, region) = hasServiceIds
            ? await _identification.FindAsync(request.Aws, cancellationToken)
            : _identification.Local(request.Aws);
        if (
            hasServiceIds
            && document.InstanceId is not null
            && instanceId is not null
            && document.InstanceId != instanceId
        )
        {
            hasServiceIds = false;
            _observer.Warning(
                $"{shown} was saved for {document.InstanceId}, but this instance is {instanceId}: reports on "
                    + $"it stay on this host."
            );
        }

        return new PatchSnapshot
        {
            SnapshotId = snapshotId ?? SnapshotIds.New(),
            Origin = document.BaselineOverride is null ? SnapshotOrigin.File : SnapshotOrigin.Override,
            Baseline = document.Baseline,
            NamesProduct = document.Product is not null,
            Product = document.Product ?? identity?.Product ?? OperatingSystemIdentity.OwnProduct(osRelease),
            PatchGroup = document.PatchGroup,
            InstanceId = instanceId,
            Region = region ?? document.Region,
            CarriesServiceIds = hasServiceIds,
            BaselineOverride = document.BaselineOverride,
            OperationStart = start,
        };
    }

    private static async Task<SnapshotDocument> ReadAsync(
        string path,
        string shown,
        LocationReader locations,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return SnapshotReader.Read(
                await locations.ReadLocalAsync(path, SnapshotReader.MaxBytes, cancellationToken),
                shown
            );
        }
        catch (LocationException e)
        {
            throw new PatchToolsException(
                e.Failure == LocationFailure.TooLarge ? PatchErrors.SnapshotMalformed : PatchErrors.SnapshotNotFound,
                e.Message,
                shown,
                e
            );
        }
    }

    private async Task<PatchSnapshot> GetFromServiceAsync(
        SnapshotRequest request,
        OsRelease osRelease,
        DateTimeOffset start,
        CancellationToken cancellationToken
    )
    {
        var instance = await _identification.RequireAsync(request.Aws, cancellationToken);
        _observer.Verbose($"This is {instance.InstanceId} in {instance.Region}.");
        var entry = await ReadOverrideAsync(request, Locations(request.Aws), osRelease, cancellationToken);

        var snapshotId = Given(request.SnapshotId) ?? SnapshotIds.New();
        var service = _adapters.CreatePatchService(instance.Settings(request.Aws));
        var calls = new SnapshotCalls(_adapters, _observer);
        var grant = await calls.AskAsync(
            service,
            new SnapshotCall(instance.InstanceId, snapshotId, entry),
            instance.IsHybrid,
            cancellationToken
        );
        var document = await calls.DownloadAsync(grant.SnapshotDownloadUrl, cancellationToken);
        return new PatchSnapshot
        {
            SnapshotId = snapshotId,
            Origin = entry is null ? SnapshotOrigin.Service : SnapshotOrigin.Override,
            Baseline = document.Baseline,
            NamesProduct = true,
            Product = grant.Product,
            PatchGroup = document.PatchGroup,
            InstanceId = instance.InstanceId,
            Region = instance.Region,
            CarriesServiceIds = entry is null,
            BaselineOverride = entry is null ? null : LocationReader.Describe(request.BaselineOverride!),
            OperationStart = start,
        };
    }

    /// <summary>The override's entry for this host; null when none is asked for.</summary>
    private async Task<PatchBaseline?> ReadOverrideAsync(
        SnapshotRequest request,
        LocationReader locations,
        OsRelease osRelease,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrEmpty(request.BaselineOverride))
            return null;
        var shown = LocationReader.Describe(request.BaselineOverride);
        byte[] content;
        try
        {
            content = await locations.ReadAsync(request.BaselineOverride, JsonDocuments.MaxBytes, cancellationToken);
        }
        catch (LocationException e)
        {
            throw new PatchToolsException(
                e.Failure == LocationFailure.AccessDenied
                    ? PatchErrors.BaselineOverrideAccessDenied
                    : PatchErrors.BaselineOverrideDownloadFailed,
                e.Message,
                shown,
                e
            );
        }

        var awsName = PlatformIdentification.AwsNameOf(_host, osRelease);
        _observer.Verbose($"Taking the entry for {awsName} of the baseline override {shown}.");
        return BaselineOverrideFile.Select(content, shown, awsName);
    }

    /// <summary>One reader for everything, so that two locations cannot both be standard input.</summary>
    internal LocationReader Locations(AwsParameters aws) =>
        _locations ??= new(
            _standardInput,
            async (needsCredentials, cancellationToken) =>
            {
                if (!needsCredentials)
                    return _adapters.CreateObjectStore(null);
                var found = await _identification.FindAsync(aws, cancellationToken);
                if (found.Region is null)
                    throw new PatchToolsException(
                        PatchErrors.RegionNotFound,
                        "An s3:// location needs a region, and none is known."
                    );
                return _adapters.CreateObjectStore(
                    new ResolvedInstance(found.InstanceId ?? "", found.Region).Settings(aws)
                );
            }
        );

    private static string Describe(SnapshotForm form) =>
        form switch
        {
            SnapshotForm.Service => "a snapshot of the service",
            SnapshotForm.Saved => "a saved snapshot",
            SnapshotForm.ServiceBaseline => "a baseline in GetPatchBaseline's form",
            _ => "a bare baseline",
        };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
