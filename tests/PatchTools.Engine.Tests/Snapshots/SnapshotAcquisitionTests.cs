using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Engine.Tests.Hosts;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class SnapshotAcquisitionTests : IDisposable
{
    private const string Instance = "i-0123456789abcdef0";
    private const string Guid = "11111111-2222-4333-8444-55555555ABCD";
    private static readonly Uri Url = new(
        "https://bucket.s3.example.com/DEBIAN-1?X-Amz-Signature=secret&X-Amz-Security-Token=secret"
    );
    private static readonly OsRelease Debian = OperatingSystemIdentityTests.Os("debian", "12");

    private readonly FakeAdapters _adapters = new();
    private readonly RecordingObserver _observer = new();
    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = new()
    {
        ["AWS_SSM_INSTANCE_ID"] = Instance,
        ["AWS_SSM_REGION_NAME"] = "us-east-1",
    };
    private byte[]? _input;

    public void Dispose() => _folder.Dispose();

    // The service

    [Fact]
    public async Task The_service_is_asked_with_the_hosts_identity_and_the_download_is_read()
    {
        Serve(RecordedDocuments.Read("scan-patch-group.json"));
        var snapshot = await Get(
            new SnapshotRequest
            {
                SnapshotId = Guid,
                Aws = new AwsParameters { ProfileName = "p", EndpointUrl = new Uri("http://127.0.0.1:9/") },
            }
        );

        var (call, client) = Assert.Single(_adapters.Calls);
        Assert.Equal((new SnapshotCall(Instance, Guid, null), ServiceClient.Default), (call, client));
        Assert.Equal(
            new AwsSettings
            {
                Region = "us-east-1",
                ProfileName = "p",
                EndpointUrl = new Uri("http://127.0.0.1:9/"),
            },
            Assert.Single(_adapters.ServiceSettings)
        );
        Assert.Equal([null], _adapters.StoreSettings);
        Assert.Equal(
            (Guid, SnapshotOrigin.Service, "Debian12", Instance, "us-east-1", true),
            (
                snapshot.SnapshotId,
                snapshot.Origin,
                snapshot.Product,
                snapshot.InstanceId,
                snapshot.Region,
                snapshot.CarriesServiceIds
            )
        );
        Assert.NotEmpty(snapshot.PatchGroup);
        Assert.Equal("pb-0123456789abcdef0", snapshot.BaselineId);
        Assert.Equal(FixedClock.Instant, snapshot.OperationStart);
        Assert.Null(snapshot.BaselineOverride);
    }

    [Fact]
    public async Task A_new_snapshot_id_is_a_lower_case_guid_of_version_4()
    {
        Serve(RecordedDocuments.Read("scan-default.json"));
        var snapshot = await Get(new SnapshotRequest { SnapshotId = "" });
        Assert.Matches(
            new Regex("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
            snapshot.SnapshotId
        );
        Assert.Equal(snapshot.SnapshotId, Assert.Single(_adapters.Calls).Call.SnapshotId);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("11111111222243338444555555555555")]
    [InlineData("{11111111-2222-4333-8444-555555555555}")]
    public async Task A_snapshot_id_that_is_no_guid_is_refused_before_anything_is_asked(string snapshotId)
    {
        await Fails(new SnapshotRequest { SnapshotId = snapshotId }, PatchErrors.InvalidSnapshotId, 143);
        Assert.Empty(_adapters.Calls);
    }

    [Theory]
    [InlineData(PatchServiceFailure.AccessDenied)]
    [InlineData(PatchServiceFailure.Service)]
    [InlineData(PatchServiceFailure.Throttled)]
    [InlineData(PatchServiceFailure.ExpiredCredentials)]
    [InlineData(PatchServiceFailure.NoCredentials)]
    public async Task A_refusal_or_missing_credentials_lead_to_the_fallback_client(PatchServiceFailure failure)
    {
        _adapters.Grants.Enqueue(Refuse(failure));
        Serve(RecordedDocuments.Read("scan-default.json"));
        await Get(new SnapshotRequest());
        Assert.Equal([ServiceClient.Default, ServiceClient.Fallback], _adapters.Calls.Select(c => c.Client));
        Assert.Equal(_adapters.Calls[0].Call, _adapters.Calls[1].Call);
    }

    [Theory]
    [InlineData(PatchServiceFailure.AccessDenied, nameof(PatchErrors.SnapshotAccessDenied), 148)]
    [InlineData(PatchServiceFailure.NoCredentials, nameof(PatchErrors.CredentialsNotFound), 148)]
    [InlineData(PatchServiceFailure.Service, nameof(PatchErrors.SnapshotServiceFailed), 144)]
    [InlineData(PatchServiceFailure.Throttled, nameof(PatchErrors.SnapshotServiceFailed), 144)]
    [InlineData(PatchServiceFailure.ExpiredCredentials, nameof(PatchErrors.CredentialsRejected), 144)]
    [InlineData(PatchServiceFailure.Unreachable, nameof(PatchErrors.SnapshotServiceUnreachable), 143)]
    [InlineData(PatchServiceFailure.MalformedAnswer, nameof(PatchErrors.SnapshotServiceUnreachable), 143)]
    [InlineData(PatchServiceFailure.InvalidRequest, nameof(PatchErrors.SnapshotServiceUnreachable), 143)]
    [InlineData(PatchServiceFailure.UnsupportedOperatingSystem, nameof(PatchErrors.UnsupportedOperatingSystem), 146)]
    public async Task The_fallback_clients_failure_has_its_code(
        PatchServiceFailure failure,
        string errorId,
        int exitCode
    )
    {
        _adapters.Grants.Enqueue(Refuse(PatchServiceFailure.AccessDenied));
        _adapters.Grants.Enqueue(Refuse(failure));
        var error = await Assert.ThrowsAsync<PatchToolsException>(() => Get(new SnapshotRequest()));
        Assert.Equal((errorId, exitCode), (error.ErrorId, error.ExitCode));
        Assert.Equal(2, _adapters.Calls.Count);
    }

    [Theory]
    [InlineData(PatchServiceFailure.UnsupportedOperatingSystem, 146)]
    [InlineData(PatchServiceFailure.Unreachable, 143)]
    [InlineData(PatchServiceFailure.MalformedAnswer, 143)]
    [InlineData(PatchServiceFailure.InvalidRequest, 143)]
    public async Task What_no_other_credentials_can_cure_is_not_asked_twice(PatchServiceFailure failure, int exitCode)
    {
        _adapters.Grants.Enqueue(Refuse(failure));
        Assert.Equal(
            exitCode,
            (await Assert.ThrowsAsync<PatchToolsException>(() => Get(new SnapshotRequest()))).ExitCode
        );
        Assert.Single(_adapters.Calls);
    }

    [Theory]
    [InlineData(PatchServiceFailure.AccessDenied, 144)]
    [InlineData(PatchServiceFailure.Service, 144)]
    [InlineData(PatchServiceFailure.NoCredentials, 148)]
    [InlineData(PatchServiceFailure.Unreachable, 143)]
    [InlineData(PatchServiceFailure.UnsupportedOperatingSystem, 146)]
    public async Task A_hybrid_instance_has_no_fallback(PatchServiceFailure failure, int exitCode)
    {
        _environment["AWS_SSM_INSTANCE_ID"] = "mi-0123456789abcdef0";
        _adapters.Grants.Enqueue(Refuse(failure));
        Assert.Equal(
            exitCode,
            (await Assert.ThrowsAsync<PatchToolsException>(() => Get(new SnapshotRequest()))).ExitCode
        );
        Assert.Single(_adapters.Calls);
        Assert.True(Assert.Single(_adapters.ServiceSettings).IsHybrid);
    }

    [Theory]
    [InlineData(
        ObjectStoreFailure.AccessDenied,
        403,
        nameof(PatchErrors.SnapshotDownloadFailed),
        143,
        "The download of the snapshot on bucket.s3.example.com was denied (HTTP 403)."
    )]
    [InlineData(
        ObjectStoreFailure.NotFound,
        404,
        nameof(PatchErrors.SnapshotDownloadFailed),
        143,
        "The download of the snapshot on bucket.s3.example.com failed: it is not there (HTTP 404)."
    )]
    [InlineData(
        ObjectStoreFailure.HttpError,
        503,
        nameof(PatchErrors.SnapshotDownloadFailed),
        143,
        "The download of the snapshot on bucket.s3.example.com was answered with an error (HTTP 503)."
    )]
    [InlineData(
        ObjectStoreFailure.Truncated,
        null,
        nameof(PatchErrors.SnapshotDownloadFailed),
        143,
        "The download of the snapshot on bucket.s3.example.com ended before its announced length."
    )]
    [InlineData(
        ObjectStoreFailure.Unreachable,
        null,
        nameof(PatchErrors.SnapshotDownloadFailed),
        143,
        "The download of the snapshot on bucket.s3.example.com failed: no answer."
    )]
    [InlineData(
        ObjectStoreFailure.TooLarge,
        null,
        nameof(PatchErrors.SnapshotMalformed),
        150,
        "The download of the snapshot on bucket.s3.example.com is larger than 16777216 bytes."
    )]
    public async Task A_failed_download_says_what_was_wrong(
        ObjectStoreFailure failure,
        int? status,
        string errorId,
        int exitCode,
        string message
    )
    {
        Serve(() => throw new ObjectStoreException(failure, status, "m"));
        var error = await Assert.ThrowsAsync<PatchToolsException>(() => Get(new SnapshotRequest()));
        Assert.Equal((errorId, exitCode, message), (error.ErrorId, error.ExitCode, error.Message));
    }

    [Theory]
    [InlineData(
        "{\"patchBaseline\":",
        "the snapshot on bucket.s3.example.com: the document is cut off: it ends after 17 bytes with 1 of "
            + "its brackets open"
    )]
    [InlineData(
        "<Error><Code>ExpiredToken</Code></Error>",
        "the snapshot on bucket.s3.example.com: found an XML document with the error code ExpiredToken, wanted JSON"
    )]
    [InlineData(
        "{\"operatingSystem\":\"DEBIAN\",\"globalFilters\":{},\"approvalRules\":{},\"approvedPatches\":[],"
            + "\"rejectedPatches\":[]}",
        "the snapshot on bucket.s3.example.com: $: misses patchBaseline"
    )]
    public async Task A_download_that_is_no_snapshot_is_code_150(string body, string message)
    {
        Serve(Encoding.UTF8.GetBytes(body));
        Assert.Equal(message, await Fails(new SnapshotRequest(), PatchErrors.SnapshotMalformed, 150));
    }

    [Fact]
    public async Task The_presigned_url_never_reaches_a_message_or_a_log()
    {
        Serve(() => throw new ObjectStoreException(ObjectStoreFailure.HttpError, 500, "m"));
        var error = await Assert.ThrowsAsync<PatchToolsException>(() => Get(new SnapshotRequest()));
        Assert.All(
            _observer.Lines.Concat(_observer.Warnings).Append(error.ToString()).Append($"{error.Target}"),
            line => Assert.DoesNotContain("secret", line, StringComparison.Ordinal)
        );
    }

    // Files

    [Fact]
    public async Task A_bare_baseline_gets_a_new_id_and_the_hosts_product_and_is_never_published()
    {
        var snapshot = await Get(
            new SnapshotRequest { Path = Write(BareBaseline.Of(Recorded("scan-default.json"))), SnapshotId = Guid }
        );
        Assert.Equal(
            (Guid, SnapshotOrigin.File, "Debian12", "", false),
            (snapshot.SnapshotId, snapshot.Origin, snapshot.Product, snapshot.PatchGroup, snapshot.CarriesServiceIds)
        );
        Assert.Equal("pb-0123456789abcdef0", snapshot.BaselineId);
        Assert.Null(
            (
                await Get(
                    new SnapshotRequest
                    {
                        Path = Write(BareBaseline.Of(Recorded("scan-default.json") with { BaselineId = null })),
                    }
                )
            ).BaselineId
        );
    }

    [Fact]
    public async Task A_snapshot_document_may_be_published_when_its_snapshot_id_is_given()
    {
        var path = Write(RecordedDocuments.Read("scan-patch-group.json"));
        var anonymous = await Get(new SnapshotRequest { Path = path });
        Assert.False(anonymous.CarriesServiceIds);
        Assert.NotEmpty(anonymous.PatchGroup);
        var named = await Get(new SnapshotRequest { Path = path, SnapshotId = Guid });
        Assert.Equal(
            (Guid, true, Instance, "us-east-1"),
            (named.SnapshotId, named.CarriesServiceIds, named.InstanceId, named.Region)
        );
        Assert.Empty(_adapters.Calls);
    }

    [Fact]
    public async Task A_saved_snapshot_comes_back_as_it_was_and_may_be_published()
    {
        Serve(RecordedDocuments.Read("scan-patch-group.json"));
        var original = await Get(new SnapshotRequest { SnapshotId = Guid });
        _input = SnapshotWriter.WriteSnapshot(original);
        var again = await Get(new SnapshotRequest { Path = "-" });
        Assert.Equal(original with { Origin = SnapshotOrigin.File, Baseline = again.Baseline }, again);
        Assert.Equivalent(original.Baseline, again.Baseline, strict: true);
        Assert.True(again.CarriesServiceIds);
    }

    [Fact]
    public async Task A_snapshot_saved_for_another_instance_stays_on_this_host()
    {
        Serve(RecordedDocuments.Read("scan-default.json"));
        var path = Write(SnapshotWriter.WriteSnapshot(await Get(new SnapshotRequest())));
        _environment["AWS_SSM_INSTANCE_ID"] = "i-0123456789abcdef1";
        var snapshot = await Get(new SnapshotRequest { Path = path });
        Assert.Equal(("i-0123456789abcdef1", false), (snapshot.InstanceId, snapshot.CarriesServiceIds));
        Assert.Contains(Instance, Assert.Single(_observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_the_services_is_read_without_asking_anyone()
    {
        _environment.Clear();
        var snapshot = await Get(new SnapshotRequest { Path = Write(RecordedDocuments.Read("scan-default.json")) });
        Assert.Equal((null, null, 0), (snapshot.InstanceId, snapshot.Region, _adapters.IdentityCalls));
    }

    [Fact]
    public async Task A_baseline_for_another_system_is_read_with_a_warning()
    {
        await Get(new SnapshotRequest { Path = Write(RecordedDocuments.Read("dnf-scan-default.json")) });
        Assert.Contains(
            "REDHAT_ENTERPRISE_LINUX, but this host is DEBIAN",
            Assert.Single(_observer.Warnings),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_file_is_read_on_a_system_that_nothing_is_known_of()
    {
        var snapshot = await Acquisition()
            .GetAsync(
                new SnapshotRequest { Path = Write(RecordedDocuments.Read("scan-default.json")) },
                OperatingSystemIdentityTests.Os("arch", ""),
                CancellationToken.None
            );
        Assert.Equal("Arch", snapshot.Product);
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_no_snapshot_is_an_error()
    {
        Assert.Contains(
            "does not exist",
            await Fails(
                new SnapshotRequest { Path = Path.Combine(_folder.Path, "absent") },
                PatchErrors.SnapshotNotFound,
                143
            ),
            StringComparison.Ordinal
        );
        await Fails(new SnapshotRequest { Path = "" }, PatchErrors.InvalidLocation, 1);
        await Fails(new SnapshotRequest { Path = "https://example.com/x" }, PatchErrors.InvalidLocation, 1);
        await Fails(new SnapshotRequest { Path = "-" }, PatchErrors.InvalidLocation, 1);
        await Fails(new SnapshotRequest { Path = Write("{"u8.ToArray()) }, PatchErrors.SnapshotMalformed, 150);
        await Fails(new SnapshotRequest { Path = "/dev/zero" }, PatchErrors.SnapshotMalformed, 150);
        await Fails(
            new SnapshotRequest { Path = Write("{\"operatingSystem\":\"X\"}"u8.ToArray()) },
            PatchErrors.BaselineInvalid,
            150
        );
    }

    // The predefined baseline

    [Fact]
    public async Task The_default_needs_neither_network_nor_account()
    {
        _environment.Clear();
        var snapshot = await Get(new SnapshotRequest { UseDefault = true });
        Assert.Equal(
            (SnapshotOrigin.Default, "Debian12", "AWS-DebianDefaultPatchBaseline", false),
            (snapshot.Origin, snapshot.Product, snapshot.Baseline.Name, snapshot.CarriesServiceIds)
        );
        Assert.Null(snapshot.BaselineId);
        Assert.Equal(0, _adapters.IdentityCalls);
        Assert.Empty(_adapters.StoreSettings);
        Assert.Empty(_observer.Warnings);
    }

    [Fact]
    public async Task An_unlisted_release_gets_its_familys_default_with_a_warning()
    {
        var snapshot = await Acquisition()
            .GetAsync(
                new SnapshotRequest { UseDefault = true },
                OperatingSystemIdentityTests.Os("debian", "13"),
                CancellationToken.None
            );
        Assert.Equal(("Debian13", "DEBIAN"), (snapshot.Product, snapshot.OperatingSystem));
        Assert.Single(_observer.Warnings);
    }

    [Fact]
    public async Task A_system_that_nothing_is_known_of_has_no_default()
    {
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Acquisition()
                .GetAsync(
                    new SnapshotRequest { UseDefault = true },
                    OperatingSystemIdentityTests.Os("arch", ""),
                    CancellationToken.None
                )
        );
        Assert.Equal((PatchErrors.UnsupportedOperatingSystem, 146), (error.Error, error.ExitCode));
    }

    // Overrides

    [Fact]
    public async Task Both_overrides_together_are_code_167_before_anything_is_downloaded()
    {
        await Fails(
            new SnapshotRequest { BaselineOverride = "s3://b/o.json", InstallOverrideList = "s3://b/l.yaml" },
            PatchErrors.BothOverridesGiven,
            167
        );
        Assert.Empty(_adapters.Fetched);
        Assert.Empty(_adapters.Calls);
    }

    [Fact]
    public async Task The_overrides_entry_is_sent_to_the_service_and_its_snapshot_is_an_override()
    {
        _adapters.Objects[new Uri("s3://oracle/override.json")] = () => RecordedDocuments.Read("override-debian.json");
        Serve(RecordedDocuments.Read("scan-default.json"));
        var snapshot = await Get(new SnapshotRequest { BaselineOverride = "s3://oracle/override.json" });
        Assert.Equal(["p-main-upgradable"], Assert.Single(_adapters.Calls).Call.BaselineOverride!.ApprovedPatches);
        Assert.Equal(
            (SnapshotOrigin.Override, "s3://oracle/override.json", false),
            (snapshot.Origin, snapshot.BaselineOverride, snapshot.CarriesServiceIds)
        );
        Assert.Equal("AWS-DebianDefaultPatchBaseline", snapshot.Baseline.Name);
        Assert.Equal("us-east-1", _adapters.StoreSettings[0]!.Region);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_the_service_the_overrides_entry_takes_the_baselines_place(bool useDefault)
    {
        var over = Write(RecordedDocuments.Read("override-debian.json"));
        var snapshot = await Get(
            new SnapshotRequest
            {
                UseDefault = useDefault,
                Path = useDefault ? null : Write(RecordedDocuments.Read("scan-patch-group.json")),
                BaselineOverride = over,
            }
        );
        Assert.Equal(
            (SnapshotOrigin.Override, over, false, "Debian12"),
            (snapshot.Origin, snapshot.BaselineOverride, snapshot.CarriesServiceIds, snapshot.Product)
        );
        Assert.Equal(["p-main-upgradable"], snapshot.Baseline.ApprovedPatches);
        Assert.Null(snapshot.BaselineId);
        Assert.Empty(_adapters.Calls);
    }

    [Fact]
    public async Task A_saved_override_is_still_an_override()
    {
        var over = await Get(
            new SnapshotRequest
            {
                UseDefault = true,
                BaselineOverride = Write(RecordedDocuments.Read("override-debian.json")),
            }
        );
        var again = await Get(
            new SnapshotRequest
            {
                Path = Write(
                    SnapshotWriter.WriteSnapshot(
                        over with
                        {
                            Baseline = over.Baseline with { BaselineId = "pb-0123456789abcdef0" },
                        }
                    )
                ),
                SnapshotId = Guid,
            }
        );
        Assert.Equal(
            (SnapshotOrigin.Override, over.BaselineOverride, false),
            (again.Origin, again.BaselineOverride, again.CarriesServiceIds)
        );
    }

    [Fact]
    public async Task An_override_is_read_from_standard_input_but_not_beside_a_baseline_from_there()
    {
        _input = RecordedDocuments.Read("override-debian.json");
        Assert.Equal(
            "standard input",
            (await Get(new SnapshotRequest { UseDefault = true, BaselineOverride = "-" })).BaselineOverride
        );
        _input = RecordedDocuments.Read("scan-default.json");
        await Fails(new SnapshotRequest { Path = "-", BaselineOverride = "-" }, PatchErrors.InvalidLocation, 1);
    }

    [Theory]
    [InlineData(ObjectStoreFailure.AccessDenied, 160)]
    [InlineData(ObjectStoreFailure.NoCredentials, 160)]
    [InlineData(ObjectStoreFailure.NotFound, 162)]
    [InlineData(ObjectStoreFailure.HttpError, 162)]
    [InlineData(ObjectStoreFailure.Truncated, 162)]
    [InlineData(ObjectStoreFailure.TooLarge, 162)]
    [InlineData(ObjectStoreFailure.Unreachable, 162)]
    public async Task An_override_that_cannot_be_fetched_has_its_code_and_no_query_in_its_message(
        ObjectStoreFailure failure,
        int exitCode
    )
    {
        const string Location = "https://example.com/o.json?X-Amz-Signature=secret";
        _adapters.Objects[new Uri(Location)] = () => throw new ObjectStoreException(failure, null, "m");
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Get(new SnapshotRequest { BaselineOverride = Location })
        );
        Assert.Equal(exitCode, error.ExitCode);
        Assert.DoesNotContain(
            "secret",
            error.ToString() + error.Target + string.Concat(_observer.Lines),
            StringComparison.Ordinal
        );
        Assert.Empty(_adapters.Calls);
    }

    [Fact]
    public async Task Each_way_an_override_can_be_wrong_has_its_code()
    {
        await Fails(Override("{}"), PatchErrors.BaselineOverrideNotAList, 161);
        await Fails(Override("nope"), PatchErrors.BaselineOverrideMalformed, 162);
        await Fails(Override("[]"), PatchErrors.BaselineOverrideNoEntry, 163);
        await Fails(
            Override("""[{"OperatingSystem":"DEBIAN"},{"OperatingSystem":"DEBIAN"}]"""),
            PatchErrors.BaselineOverrideSeveralEntries,
            165
        );
        await Fails(
            Override("<Error><Code>AccessDenied</Code></Error>"),
            PatchErrors.BaselineOverrideAccessDenied,
            160
        );
        await Fails(
            new SnapshotRequest { UseDefault = true, BaselineOverride = "ftp://x" },
            PatchErrors.InvalidLocation,
            1
        );
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Acquisition()
                .GetAsync(
                    Override("[]") with
                    {
                        UseDefault = false,
                    },
                    OperatingSystemIdentityTests.Os("arch", ""),
                    CancellationToken.None
                )
        );
        Assert.Equal((PatchErrors.BaselineOverrideUnsupportedSystem, 166), (error.Error, error.ExitCode));

        SnapshotRequest Override(string content) =>
            new() { UseDefault = true, BaselineOverride = Write(Encoding.UTF8.GetBytes(content)) };
    }

    [Fact]
    public async Task An_s3_override_needs_a_region_even_without_the_service()
    {
        _environment.Clear();
        await Fails(
            new SnapshotRequest { UseDefault = true, BaselineOverride = "s3://b/k" },
            PatchErrors.RegionNotFound,
            143
        );
        Assert.Equal(1, _adapters.IdentityCalls);
    }

    private static PatchBaseline Recorded(string name) =>
        SnapshotReader.Read(RecordedDocuments.Read(name), name).Baseline;

    private static Func<SnapshotGrant> Refuse(PatchServiceFailure failure) =>
        () =>
            throw new PatchServiceException(
                failure,
                "GetDeployablePatchSnapshotForInstance",
                failure.ToString(),
                400,
                "m"
            );

    private void Serve(byte[] body) => Serve(() => body);

    private void Serve(Func<byte[]> body)
    {
        _adapters.Grants.Enqueue(() => new SnapshotGrant("Debian12", Url));
        _adapters.Objects[Url] = body;
    }

    private string Write(byte[] content)
    {
        var path = _folder.File(System.Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }

    private SnapshotAcquisition Acquisition() =>
        new(
            new HostContext
            {
                Paths = new HostPaths { Root = _folder.Path },
                Environment = _environment,
                Clock = new FixedClock(),
            },
            _adapters,
            _observer,
            _input is null ? null : new MemoryStream(_input)
        );

    private Task<PatchSnapshot> Get(SnapshotRequest request) =>
        Acquisition().GetAsync(request, Debian, CancellationToken.None);

    private async Task<string> Fails(SnapshotRequest request, PatchError error, int exitCode)
    {
        var exception = await Assert.ThrowsAsync<PatchToolsException>(() => Get(request));
        Assert.Equal((error, exitCode), (exception.Error, exception.ExitCode));
        return exception.Message;
    }

    private sealed class FixedClock : TimeProvider
    {
        public static readonly DateTimeOffset Instant = new(2026, 11, 23, 6, 30, 33, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Instant;
    }
}
