using System.Text.Json;
using PatchTools.Adapters.Aws;
using PatchTools.Ports;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

[Collection(AwsEnvironmentCollection.Name)]
public sealed class SsmPatchServiceTests
{
    private const string Get = "GetDeployablePatchSnapshotForInstance";
    private const string Put = "PutInventory";

    /// <summary>Operation, fault, error code, what becomes of it, how many requests it takes.</summary>
    public static TheoryData<string, FaultKind, string?, PatchServiceFailure, int> Faults
    {
        get
        {
            var data = new TheoryData<string, FaultKind, string?, PatchServiceFailure, int>();
            foreach (var operation in new[] { Get, Put })
            {
                data.Add(operation, FaultKind.Throttle, null, PatchServiceFailure.Throttled, 6);
                data.Add(operation, FaultKind.InternalServerError, null, PatchServiceFailure.Service, 6);
                data.Add(operation, FaultKind.ServiceUnavailable, null, PatchServiceFailure.Service, 6);
                data.Add(operation, FaultKind.Reset, null, PatchServiceFailure.Unreachable, 6);
                data.Add(operation, FaultKind.ResetInBody, null, PatchServiceFailure.MalformedAnswer, 6);
                data.Add(operation, FaultKind.Understate, null, PatchServiceFailure.MalformedAnswer, 6);
                data.Add(operation, FaultKind.Truncate, null, PatchServiceFailure.MalformedAnswer, 6);
                data.Add(operation, FaultKind.Halve, null, PatchServiceFailure.MalformedAnswer, 6);
                data.Add(operation, FaultKind.Garbage, null, PatchServiceFailure.MalformedAnswer, 6);
                data.Add(operation, FaultKind.Gzip, null, PatchServiceFailure.MalformedAnswer, 6);
                data.Add(operation, FaultKind.NotFound, null, PatchServiceFailure.MalformedAnswer, 1);
                data.Add(operation, FaultKind.Forbidden, null, PatchServiceFailure.MalformedAnswer, 1);
                data.Add(operation, FaultKind.Error, "AccessDeniedException", PatchServiceFailure.AccessDenied, 1);
                data.Add(
                    operation,
                    FaultKind.Error,
                    "ExpiredTokenException",
                    PatchServiceFailure.ExpiredCredentials,
                    1
                );
                data.Add(
                    operation,
                    FaultKind.Error,
                    "UnrecognizedClientException",
                    PatchServiceFailure.ExpiredCredentials,
                    1
                );
                data.Add(operation, FaultKind.Error, "InvalidInstanceId", PatchServiceFailure.Service, 1);
                data.Add(operation, FaultKind.Error, "ValidationException", PatchServiceFailure.Service, 1);
                data.Add(operation, FaultKind.Error, "TooManyUpdates", PatchServiceFailure.Throttled, 1);
            }

            data.Add(
                Get,
                FaultKind.Error,
                "UnsupportedOperatingSystem",
                PatchServiceFailure.UnsupportedOperatingSystem,
                1
            );
            data.Add(Get, FaultKind.Error, "UnsupportedFeatureRequiredException", PatchServiceFailure.Service, 1);
            data.Add(Put, FaultKind.Error, "InvalidItemContentException", PatchServiceFailure.InvalidItemContent, 1);
            data.Add(Put, FaultKind.Error, "ItemContentMismatchException", PatchServiceFailure.ItemContentMismatch, 1);
            data.Add(
                Put,
                FaultKind.Error,
                "ItemSizeLimitExceededException",
                PatchServiceFailure.ItemSizeLimitExceeded,
                1
            );
            data.Add(
                Put,
                FaultKind.Error,
                "TotalSizeLimitExceededException",
                PatchServiceFailure.TotalSizeLimitExceeded,
                1
            );
            return data;
        }
    }

    [Fact]
    public async Task The_snapshot_is_granted()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = Service(aws);

        var grant = await service.GetDeployablePatchSnapshotAsync(Loopback.Call, ServiceClient.Default, default);

        Assert.Equal("Debian12", grant.Product);
        Assert.Equal("/snapshot/default.json", grant.SnapshotDownloadUrl.AbsolutePath);
        var request = Assert.Single(aws.Calls);
        Assert.Equal(SignatureVerdict.Valid, request.Signature);
        Assert.Empty(request.ModelErrors);
        AssertJson($$"""{"InstanceId":"{{Loopback.InstanceId}}","SnapshotId":"{{Loopback.SnapshotId}}"}""", request);
        Assert.Equal("AmazonSSM.GetDeployablePatchSnapshotForInstance", request.Header("X-Amz-Target"));
    }

    [Fact]
    public async Task A_baseline_override_travels_with_the_members_it_has()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = Service(aws);
        var baseline = new PatchBaseline
        {
            OperatingSystem = "AMAZON_LINUX_2023",
            GlobalFilters = [new PatchFilter("PRODUCT", ["*"])],
            ApprovalRules =
            [
                new ApprovalRule
                {
                    Filters = [new PatchFilter("SECTION", ["libs"])],
                    ComplianceLevel = ComplianceLevel.CRITICAL,
                    ApproveAfterDays = 0,
                },
                new ApprovalRule { ApproveUntilDate = new DateOnly(2026, 3, 4), EnableNonSecurity = true },
            ],
            ApprovedPatches = ["p-main-upgradable"],
            ApprovedPatchesComplianceLevel = ComplianceLevel.HIGH,
            ApprovedPatchesEnableNonSecurity = true,
            RejectedPatches = ["p-rej-current"],
            RejectedPatchesAction = RejectedPatchesAction.BLOCK,
            Sources = [new PatchSource("main_repo", ["*"], "[main]\nname=x")],
        };

        var grant = await service.GetDeployablePatchSnapshotAsync(
            Loopback.Call with
            {
                BaselineOverride = baseline,
            },
            ServiceClient.Default,
            default
        );

        Assert.Equal("/snapshot/override.json", grant.SnapshotDownloadUrl.AbsolutePath);
        var request = Assert.Single(aws.Calls);
        Assert.Empty(request.ModelErrors);
        AssertJson(
            $$"""
            {"InstanceId":"{{Loopback.InstanceId}}","SnapshotId":"{{Loopback.SnapshotId}}","BaselineOverride":{"OperatingSystem":"AMAZON_LINUX_2023",
            "GlobalFilters":{"PatchFilters":[{"Key":"PRODUCT","Values":["*"]}]},
            "ApprovalRules":{"PatchRules":[
              {"PatchFilterGroup":{"PatchFilters":[{"Key":"SECTION","Values":["libs"]}]},"ComplianceLevel":"CRITICAL","ApproveAfterDays":0,"EnableNonSecurity":false},
              {"PatchFilterGroup":{"PatchFilters":[]},"ComplianceLevel":"UNSPECIFIED","ApproveUntilDate":"2026-03-04","EnableNonSecurity":true}]},
            "ApprovedPatches":["p-main-upgradable"],"ApprovedPatchesComplianceLevel":"HIGH","ApprovedPatchesEnableNonSecurity":true,
            "RejectedPatches":["p-rej-current"],"RejectedPatchesAction":"BLOCK",
            "Sources":[{"Name":"main_repo","Products":["*"],"Configuration":"[main]\nname=x"}]} }
            """,
            request
        );
    }

    [Fact]
    public async Task A_report_keeps_the_order_of_its_members()
    {
        await using var aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                KnownHashes = new Dictionary<string, string>
                {
                    [Loopback.HashOnly.TypeName] = Loopback.HashOnly.ContentHash,
                },
            }
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = Service(aws);

        await service.PutInventoryAsync(
            Loopback.InstanceId,
            [Loopback.Summary, Loopback.HashOnly],
            ServiceClient.Default,
            default
        );

        var request = Assert.Single(aws.Calls);
        Assert.Empty(request.ModelErrors);
        Assert.Equal(SignatureVerdict.Valid, request.Signature);
        var items = request.Json!.Value.GetProperty("Items");
        Assert.Equal(
            Loopback.Summary.Content![0],
            items[0]
                .GetProperty("Content")[0]
                .EnumerateObject()
                .Select(m => KeyValuePair.Create(m.Name, m.Value.GetString()!))
        );
        Assert.False(items[0].TryGetProperty("Context", out _));
        Assert.False(items[1].TryGetProperty("Content", out _));
        Assert.Equal("Patch", items[1].GetProperty("Context").GetProperty("ComplianceType").GetString());
    }

    [Theory]
    [InlineData(ServiceClient.Default)]
    [InlineData(ServiceClient.Fallback)]
    public async Task An_associations_report_is_partial_whoever_sends_it(ServiceClient client)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = Service(aws);
        var call = new AssociationReportCall
        {
            InstanceId = Loopback.InstanceId,
            AssociationId = "12345678-1234-4234-8234-123456789012",
            ExecutionTime = DateTimeOffset.FromUnixTimeSeconds(1795416243),
            ContentHash = new string('c', 64),
            Item = new AssociationItem
            {
                Id = "12345678-1234-4234-8234-123456789012",
                Title = "baseline",
                Severity = "HIGH",
                Status = "COMPLIANT",
                Details = [new("DocumentName", "AWS-RunPatchBaselineAssociation"), new("DetailedText", "{}")],
            },
        };

        await service.PutComplianceItemsAsync(call, client, default);
        await service.PutComplianceItemsAsync(call with { Item = null }, client, default);

        Assert.All(aws.Calls, r => Assert.Empty(r.ModelErrors));
        AssertJson(
            $$"""
            {"ResourceId":"{{Loopback.InstanceId}}","ResourceType":"ManagedInstance","ComplianceType":"Association",
            "ExecutionSummary":{"ExecutionTime":1795416243,"ExecutionId":"12345678-1234-4234-8234-123456789012","ExecutionType":"Command"},
            "UploadType":"PARTIAL","ItemContentHash":"{{new string('c', 64)}}",
            "Items":[{"Id":"12345678-1234-4234-8234-123456789012","Title":"baseline","Severity":"HIGH","Status":"COMPLIANT","Details":{"DocumentName":"AWS-RunPatchBaselineAssociation","DetailedText":"{}"} } ] }
            """,
            aws.Calls[0]
        );
        Assert.Equal(0, aws.Calls[1].Json!.Value.GetProperty("Items").GetArrayLength());
    }

    [Fact]
    public async Task A_hash_that_the_service_does_not_know_is_a_mismatch()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = Service(aws);

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() =>
            service.PutInventoryAsync(Loopback.InstanceId, [Loopback.HashOnly], ServiceClient.Default, default)
        );

        Assert.Equal(PatchServiceFailure.ItemContentMismatch, failure.Failure);
        Assert.True(failure.IsServiceError);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Every_failure_has_its_kind(
        string operation,
        FaultKind kind,
        string? code,
        PatchServiceFailure expected,
        int requests
    )
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault(operation, kind, Count: -1, code, "the service's words"));
        using var service = Service(aws);

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(operation));

        Assert.Equal(expected, failure.Failure);
        Assert.Equal(operation, failure.Operation);
        if (code is not null)
            Assert.Equal(code, failure.ServiceErrorCode);
        Assert.Contains(requests, TriesOfEachCall(aws));
        Assert.All(aws.Calls, r => Assert.Equal(SignatureVerdict.Valid, r.Signature));
        AssertCrossesTheBorder(failure);
    }

    [Theory]
    [InlineData(Get)]
    [InlineData(Put)]
    public async Task Two_throttled_tries_and_a_good_one_succeed(string operation)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault(operation, FaultKind.Throttle, Count: 2));
        using var service = Service(aws);

        await service.CallAsync(operation);

        Assert.Equal(new int?[] { 400, 400, 200 }, aws.Calls.Select(r => r.Status));
    }

    [Fact]
    public async Task Passing_trouble_of_any_kind_is_outlasted()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        foreach (
            var kind in new[]
            {
                FaultKind.InternalServerError,
                FaultKind.Reset,
                FaultKind.ServiceUnavailable,
                FaultKind.Truncate,
                FaultKind.Throttle,
            }
        )
            aws.Inject(new Fault(Put, kind));
        using var service = Service(aws);

        await service.CallAsync(Put);

        Assert.Equal(6, aws.Calls.Count);
        Assert.True(aws.Inventory.ContainsKey(Loopback.Summary.TypeName));
    }

    [Theory]
    [InlineData(Get, FaultKind.Stall)]
    [InlineData(Put, FaultKind.Stall)]
    [InlineData(Get, FaultKind.StallInBody)]
    [InlineData(Put, FaultKind.StallInBody)]
    public async Task A_silent_service_is_given_up_at_the_deadline(string operation, FaultKind kind)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault(operation, kind, Count: -1));
        using var service = Service(aws, Loopback.Patience with { Deadline = TimeSpan.FromMilliseconds(300) });

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(operation));

        Assert.Equal(PatchServiceFailure.Unreachable, failure.Failure);
        Assert.Single(aws.Calls);
    }

    [Fact]
    public async Task A_silent_try_is_repeated_within_the_deadline()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault(Get, FaultKind.Stall));
        using var service = Service(aws, Loopback.Patience with { AttemptTimeout = TimeSpan.FromMilliseconds(500) });

        await service.CallAsync(Get);

        Assert.Equal(2, aws.Calls.Count);
    }

    [Fact]
    public async Task Cancellation_is_no_failure()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault(Get, FaultKind.Stall, Count: -1));
        using var service = Service(aws);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            service.CallAsync(Get, cancellationToken: stop.Token)
        );
    }

    [Fact]
    public async Task Nobody_at_the_endpoint_is_unreachable()
    {
        await using var other = LoopbackAws.Start();
        Uri gone;
        await using (var aws = LoopbackAws.Start())
            gone = aws.Url;
        using var environment = new EnvironmentScope(other.Environment);
        using var service = new SsmPatchService(
            Loopback.Settings(other) with
            {
                EndpointUrl = gone,
            },
            Loopback.Patience
        );

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Get));

        Assert.Equal(PatchServiceFailure.Unreachable, failure.Failure);
        Assert.False(failure.IsServiceError);
        Assert.Empty(other.Requests);
        AssertCrossesTheBorder(failure);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_without_secrets()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        environment.Set("AWS_SECRET_ACCESS_KEY", "another");
        using var service = Service(aws);

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Get));

        Assert.Equal(PatchServiceFailure.ExpiredCredentials, failure.Failure);
        Assert.Equal("InvalidSignatureException", failure.ServiceErrorCode);
        AssertCrossesTheBorder(failure);
    }

    [Theory]
    [InlineData("""{"Product":"Debian12"}""")]
    [InlineData("""{"SnapshotDownloadUrl":"https://bucket/x?secret"}""")]
    [InlineData("""{"Product":"Debian12","SnapshotDownloadUrl":"not a URL"}""")]
    public async Task An_answer_without_product_or_url_is_malformed(string answer)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault(Get, FaultKind.Answer, Message: answer));
        using var service = Service(aws);

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Get));

        Assert.Equal(PatchServiceFailure.MalformedAnswer, failure.Failure);
        AssertCrossesTheBorder(failure);
    }

    [Fact]
    public async Task A_request_that_the_SDK_refuses_is_invalid()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = new SsmPatchService(
            Loopback.Settings(aws) with
            {
                Region = "no region",
            },
            Loopback.Patience
        );
        environment.Set("AWS_ENDPOINT_URL_SSM", null);

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Get));

        Assert.Equal(PatchServiceFailure.InvalidRequest, failure.Failure);
        Assert.Empty(aws.Calls);
    }

    [Fact]
    public async Task The_default_client_keeps_its_credentials_and_the_fallback_asks_anew()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = Service(aws);

        await service.CallAsync(Get);
        environment.Set("AWS_ACCESS_KEY_ID", LoopbackAws.ProfileKey.AccessKeyId);
        environment.Set("AWS_SECRET_ACCESS_KEY", LoopbackAws.ProfileKey.SecretAccessKey);
        environment.Set("AWS_SESSION_TOKEN", null);
        await service.CallAsync(Put, ServiceClient.Default);
        await service.CallAsync(Put, ServiceClient.Fallback);

        Assert.Equal(
            [
                LoopbackAws.EnvironmentKey.AccessKeyId,
                LoopbackAws.EnvironmentKey.AccessKeyId,
                LoopbackAws.ProfileKey.AccessKeyId,
            ],
            aws.Calls.Select(r => r.AccessKeyId)
        );
    }

    [Theory]
    [InlineData(ServiceClient.Default, ImdsMode.V2, false)]
    [InlineData(ServiceClient.Default, ImdsMode.Both, true)]
    [InlineData(ServiceClient.Fallback, ImdsMode.Both, false)]
    public async Task Without_a_key_in_the_environment_the_role_is_used(
        ServiceClient client,
        ImdsMode imds,
        bool isHybrid
    )
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Imds = imds });
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        using var service = new SsmPatchService(Loopback.Settings(aws) with { IsHybrid = isHybrid }, Loopback.Patience);

        await service.CallAsync(Get, client);

        Assert.Equal(LoopbackAws.RoleKey.AccessKeyId, Assert.Single(aws.RequestsOf(Get)).AccessKeyId);
    }

    [Theory]
    [InlineData(ServiceClient.Default)]
    [InlineData(ServiceClient.Fallback)]
    public async Task A_named_profile_wins_over_the_environment(ServiceClient client)
    {
        await using var aws = LoopbackAws.Start();
        await File.WriteAllTextAsync(
            LoopbackAws.SharedFile,
            $"[ops]\naws_access_key_id = {LoopbackAws.ProfileKey.AccessKeyId}\naws_secret_access_key = "
                + $"{LoopbackAws.ProfileKey.SecretAccessKey}\n"
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = new SsmPatchService(Loopback.Settings(aws) with { ProfileName = "ops" }, Loopback.Patience);
        try
        {
            await service.CallAsync(Get, client);
        }
        finally
        {
            await File.WriteAllTextAsync(LoopbackAws.SharedFile, "");
        }

        Assert.Equal(LoopbackAws.ProfileKey.AccessKeyId, Assert.Single(aws.Calls).AccessKeyId);
    }

    [Theory]
    [InlineData(ServiceClient.Default)]
    [InlineData(ServiceClient.Fallback)]
    public async Task A_profile_that_is_not_there_is_no_credentials(ServiceClient client)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = new SsmPatchService(
            Loopback.Settings(aws) with
            {
                ProfileName = "nobody",
            },
            Loopback.Patience
        );

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Get, client));

        Assert.Equal(PatchServiceFailure.NoCredentials, failure.Failure);
        Assert.Contains("nobody", failure.Message, StringComparison.Ordinal);
        Assert.Empty(aws.Calls);
    }

    [Theory]
    [InlineData(ServiceClient.Default, false)]
    [InlineData(ServiceClient.Default, true)]
    [InlineData(ServiceClient.Fallback, false)]
    public async Task No_credentials_anywhere_is_said_before_anything_is_sent(ServiceClient client, bool isHybrid)
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { HasRole = false });
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        environment.Set("AWS_EC2_METADATA_DISABLED", "true");
        using var service = new SsmPatchService(Loopback.Settings(aws) with { IsHybrid = isHybrid }, Loopback.Patience);

        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync(Get, client));

        Assert.Equal(PatchServiceFailure.NoCredentials, failure.Failure);
        Assert.Empty(aws.RequestsOf(Get));
        AssertCrossesTheBorder(failure);
    }

    [Fact]
    public async Task An_endpoint_given_by_hand_wins_over_the_environment()
    {
        await using var wanted = LoopbackAws.Start();
        await using var other = LoopbackAws.Start();
        using var environment = new EnvironmentScope(other.Environment);
        using var service = new SsmPatchService(
            Loopback.Settings(other) with
            {
                EndpointUrl = wanted.Url,
            },
            Loopback.Patience
        );

        await service.CallAsync(Get);

        Assert.Equal(SignatureVerdict.Valid, Assert.Single(wanted.Requests).Signature);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task The_general_endpoint_of_the_environment_is_honoured()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Region = "eu-central-1" });
        using var environment = new EnvironmentScope(aws.Environment);
        environment.Set("AWS_ENDPOINT_URL_SSM", null);
        environment.Set("AWS_ENDPOINT_URL", aws.Url.AbsoluteUri);
        using var service = Service(aws);

        await service.CallAsync(Get);

        Assert.Equal(SignatureVerdict.Valid, Assert.Single(aws.Calls).Signature);
    }

    /// <summary>
    /// Tries of each call, as the SDK numbers them: a connection that breaks before it is used is opened again below
    /// the SDK, and a call of an earlier test may still reach the port that all services of the process share.
    /// </summary>
    private static IEnumerable<int> TriesOfEachCall(LoopbackAws aws) =>
        aws
            .Requests.GroupBy(r => r.Header("amz-sdk-invocation-id"), StringComparer.Ordinal)
            .Select(call =>
                call.Max(r =>
                    int.Parse(
                        r.Header("amz-sdk-request")!.Split(['=', ';'])[1],
                        System.Globalization.CultureInfo.InvariantCulture
                    )
                )
            );

    private static SsmPatchService Service(LoopbackAws aws, CallPatience? patience = null) =>
        new(Loopback.Settings(aws), patience ?? Loopback.Patience);

    /// <summary>No secret in any message, no type of the SDK among the causes.</summary>
    private static void AssertCrossesTheBorder(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            Assert.DoesNotContain(LoopbackAws.EnvironmentKey.SecretAccessKey, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(LoopbackAws.EnvironmentKey.SessionToken!, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("Amazon", e.GetType().FullName, StringComparison.Ordinal);
        }
    }

    private static void AssertJson(string expected, RecordedRequest request)
    {
        using var wanted = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, request.Json!.Value), request.Text);
    }
}
