using PatchTools.Errors;
using PatchTools.Testing.Aws;
using PatchTools.Tests.Conformance;

namespace PatchTools.Tests.Commands;

/// <summary>The fleet's cmdlets in a real pipeline, against a loopback SSM.</summary>
[Collection(ProcessEnvironment.Name)]
public sealed class FleetCommandTests
{
    [Fact]
    public void Ids_come_by_the_pipeline_and_are_asked_for_by_fifties()
    {
        using var aws = Aws(120);
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session();

        var seen = session
            .Run("0..119 | ForEach-Object { 'i-{0:x17}' -f $_ } | Get-PatchFleetCompliance -Region us-east-1")
            .Cast<InstanceCompliance>()
            .ToList();

        Assert.Equal(120, seen.Count);
        Assert.Equal(
            [50, 50, 20],
            aws.RequestsOf("DescribeInstancePatchStates")
                .Select(r => r.Json!.Value.GetProperty("InstanceIds").GetArrayLength())
        );
        Assert.All(aws.Calls, r => Assert.Empty(r.ModelErrors));
    }

    [Fact]
    public void A_pipeline_that_has_seen_enough_stops_the_questions()
    {
        using var aws = Aws(120);
        aws.Fleet.PageSize = 10;
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session();

        Assert.Equal(
            3,
            session
                .Run(
                    "Get-PatchFleetCompliance web -Region us-east-1 | & { begin { $n = 0 } process { if ($n "
                        + "-lt 3) { $_ }; if (++$n -ge 3) { break } } }"
                )
                .Count
        );

        Assert.InRange(aws.Calls.Count, 1, 2);
    }

    [Fact]
    public void Output_of_one_cmdlet_binds_to_the_next()
    {
        using var aws = Aws(12);
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session();

        var patches = session
            .Run(
                "Get-PatchFleetCompliance -PatchGroup web -Filter 'MissingCount>1' -Region us-east-1 | "
                    + "Get-PatchFleetCompliance -As Detail -State Missing -Region us-east-1"
            )
            .Cast<InstancePatch>()
            .ToList();
        var operations = session
            .Run(
                "Get-PatchFleetCompliance -Tag @{ Role = 'web', 'db' } -Filter 'MissingCount=2' -Region "
                    + "us-east-1 | Start-PatchFleetOperation Install -RebootOption NoReboot -Region us-east-1"
            )
            .Cast<FleetOperation>()
            .ToList();

        Assert.Equal(
            (4, 4),
            (
                patches.Count,
                Assert.Single(aws.RequestsOf("SendCommand")).Json!.Value.GetProperty("InstanceIds").GetArrayLength()
            )
        );
        Assert.All(patches, p => Assert.Equal("Missing", p.State));
        Assert.Equal("us-east-1", Assert.Single(operations).Region);
        Assert.All(aws.Calls, r => Assert.Empty(r.ModelErrors));
    }

    [Fact]
    public void Waiting_writes_how_it_ended_on_each_instance()
    {
        using var aws = Aws(12);
        aws.Fleet.DonePerLook = 3;
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session(pollInterval: TimeSpan.FromMilliseconds(1));

        var ended = session
            .Run(
                "Start-PatchFleetOperation Scan -Tag @{ Role = 'web' } -MaxConcurrency 2 -MaxErrors 50% "
                    + "-Wait -Region us-east-1"
            )
            .Cast<FleetInvocation>()
            .ToList();

        Assert.Equal(6, ended.Count);
        Assert.Equal(2, aws.RequestsOf("ListCommands").Count);
    }

    [Fact]
    public void Starting_with_WhatIf_asks_nothing()
    {
        using var aws = Aws(12);
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session();

        Assert.Empty(session.Run("Start-PatchFleetOperation Install -Tag @{ Env = 'prod' } -Region us-east-1 -WhatIf"));

        Assert.Contains(
            "\"Install with PatchTools-RunPatchBaseline, 10% at once, at most 5% errors\" on target \"tag Env=prod\"",
            session.Shown,
            StringComparison.Ordinal
        );
        Assert.Empty(aws.Calls);
    }

    [Theory]
    [InlineData("Start-PatchFleetOperation Scan -Region us-east-1", "FleetTargetInvalid")]
    [InlineData(
        "Start-PatchFleetOperation Scan -Tag @{ a = 1 } -MaxConcurrency 0 -Region us-east-1",
        "ParameterArgumentValidationError"
    )]
    [InlineData(
        "Start-PatchFleetOperation Scan -Tag @{ a = 1 } -InstanceId i-1 -Region us-east-1",
        "AmbiguousParameterSet"
    )]
    [InlineData("Get-PatchFleetCompliance -Filter 'Missing' -Region us-east-1", "FleetTargetInvalid")]
    [InlineData(
        "Start-PatchFleetOperation Install -Tag @{ a = 1 } -InstallOverrideList \"s3://x`n'@`nid`n@'\" "
            + "-Region us-east-1",
        "FleetTargetInvalid"
    )]
    [InlineData(
        "Start-PatchFleetOperation Scan -Tag @{ a = 1 } -BaselineOverride \"https://`ra\" -Region us-east-1",
        "FleetTargetInvalid"
    )]
    [InlineData(
        "Start-PatchFleetOperation Scan -Tag @{ a = 1 } -DocumentParameter @{ PayloadBucket = \"a\u2019\" } "
            + "-Region us-east-1",
        "FleetTargetInvalid"
    )]
    [InlineData(
        "Start-PatchFleetOperation Scan -Tag @{ a = 1 } -DocumentParameter @{ BaselineOverride = "
            + "'s3://b/`$(id)' } -Region us-east-1",
        "FleetTargetInvalid"
    )]
    public void What_makes_no_sense_is_refused_before_anything_is_asked(string command, string error)
    {
        using var session = new Session();
        Assert.StartsWith(error + ",", session.ErrorOf(command).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_is_not_there_is_told_with_its_cure()
    {
        using var aws = Aws(2);
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session();
        aws.Inject(new Fault("SendCommand", FaultKind.Error, Count: -1, "InvalidDocument"));

        var error = session.ErrorOf("Start-PatchFleetOperation Scan -Tag @{ Role = 'web' } -Region us-east-1");

        Assert.Equal(
            "FleetRequestRefused,PatchTools.Commands.StartPatchFleetOperationCommand",
            error.FullyQualifiedErrorId
        );
        Assert.Contains(
            "InvalidDocument",
            Assert.IsType<PatchToolsException>(error.Exception).Message,
            StringComparison.Ordinal
        );
        Assert.Contains("about_PatchTools_Documents", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    private static LoopbackAws Aws(int instances)
    {
        var aws = LoopbackAws.Start();
        aws.Fleet.Instances =
        [
            .. Enumerable
                .Range(0, instances)
                .Select(i => new LoopbackInstance($"i-{i:x17}")
                {
                    Name = $"host-{i}",
                    PatchGroup = i % 2 == 0 ? "web" : "db",
                    Missing = i % 3,
                    Tags = new Dictionary<string, string> { ["Role"] = i % 2 == 0 ? "web" : "db" },
                }),
        ];
        return aws;
    }
}
