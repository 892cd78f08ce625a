using System.Text;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>The SSM documents that ship with the module, as far as they can be judged without the service. What their script does is tried in a throw-away Debian.</summary>
public sealed class SsmDocumentTests
{
    private const string Guid = "(^$)|^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
    private const string Place = "(^$)|^https://.+$|^s3://([^/]+)/(.*?([^/]+))$";

    public static TheoryData<string> Names => [.. SsmDocument.Names];

    [Fact]
    public void The_build_ships_the_command_its_hooks_and_the_runbook() =>
        Assert.Equal(
            ["PatchTools-PatchTargets", "PatchTools-RunPatchBaseline", "PatchTools-RunPatchBaselineWithHooks"],
            SsmDocument.Names
        );

    [Fact]
    public void The_command_has_the_parameters_of_AWS_RunPatchBaseline_with_their_patterns_and_values()
    {
        var parameters = SsmDocument.Load("PatchTools-RunPatchBaseline").Parameters;

        Assert.Equal(
            ["Operation", "SnapshotId", "InstallOverrideList", "BaselineOverride", "RebootOption"],
            parameters.Take(5).Select(p => p.Name)
        );
        Assert.Equal([null, "", "", "", "RebootIfNeeded"], parameters.Take(5).Select(p => p.Default));
        Assert.Equal([null, Guid, Place, Place, null], parameters.Take(5).Select(p => p.Pattern));
        Assert.Equal(
            [
                ["Scan", "Install"],
                [],
                [],
                [],
                ["RebootIfNeeded", "NoReboot"],
            ],
            parameters.Take(5).Select(p => p.Values)
        );
        Assert.All(parameters.Skip(5), p => Assert.StartsWith("Payload", p.Name, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_parameter_is_used_and_everything_put_in_is_declared(string name)
    {
        var document = SsmDocument.Load(name);
        var declared = document.Parameters.Select(p => p.Name).ToList();
        var steps = document.Steps.Select(step => (string)step["name"]).ToList();

        var used = document.Placeholders.ToList();

        Assert.Empty(declared.Except(used));
        Assert.All(
            used.Except(declared),
            placeholder =>
                Assert.True(
                    placeholder == "automation:EXECUTION_ID" || steps.Contains(placeholder.Split('.')[0]),
                    placeholder
                )
        );
        Assert.Equal(steps.Count, steps.Distinct().Count());
        Assert.All(
            document.Parameters.Where(p => p.Default is not null),
            p => Assert.True(SsmDocument.Accepts(p, p.Default!), p.Name)
        );
        Assert.InRange(Encoding.UTF8.GetByteCount(document.Text), 1, 64 * 1024);
    }

    [Theory]
    [InlineData("SnapshotId", "11111111-2222-3333-4444-555555555555", "1111")]
    [InlineData("InstallOverrideList", "s3://bucket/a/b.yaml", "s3://bucket/a/")]
    [InlineData("BaselineOverride", "https://example.com/x", "http://example.com/x")]
    [InlineData("BaselineOverride", "", "https://a\nb")]
    [InlineData("PayloadBucket", "patches-{region}", "Patches")]
    [InlineData("PayloadBucket", "patches", "pat'ches")]
    [InlineData("PayloadKeyPrefix", "", "a'b")]
    [InlineData("PayloadVersion", "0.1.0", "0.1.0'")]
    [InlineData("PayloadSha256", "", "0123")]
    public void The_service_takes_what_is_right_and_nothing_that_would_end_a_text_of_the_script(
        string parameter,
        string right,
        string wrong
    )
    {
        var declared = SsmDocument.Load("PatchTools-RunPatchBaseline").Parameters.Single(p => p.Name == parameter);
        Assert.True(SsmDocument.Accepts(declared, right));
        Assert.False(SsmDocument.Accepts(declared, wrong));
    }

    [Fact]
    public void Steps_are_what_schema_2_2_and_its_agent_know()
    {
        var command = SsmDocument.Load("PatchTools-RunPatchBaseline");
        Assert.Equal("2.2", command.SchemaVersion);
        Assert.Equal(["aws:runShellScript", "aws:runPowerShellScript"], command.Steps.Select(step => step["action"]));
        Assert.Equal("7200", command.Inputs("PatchLinux")["timeoutSeconds"]);

        var hooks = SsmDocument.Load("PatchTools-RunPatchBaselineWithHooks");
        Assert.Equal("2.2", hooks.SchemaVersion);
        Assert.All(hooks.Steps, step => Assert.Equal("aws:runDocument", step["action"]));
        Assert.Equal(
            [
                "ScanOnly",
                "PreInstallHook",
                "InstallWithoutReboot",
                "PostInstallHook",
                "RebootWherePatchesWait",
                "OnExitHook",
            ],
            hooks.Steps.Select(step => step["name"])
        );
        // The agent keeps a finally step from being skipped only where it is the last.
        Assert.Equal("true", hooks.Inputs("OnExitHook")["finallyStep"]);
        Assert.All(
            hooks.Steps.SkipLast(1),
            step => Assert.Equal("exit", hooks.Inputs((string)step["name"])["onFailure"])
        );
        var parameters = command.Parameters.Select(p => p.Name).ToList();
        foreach (var step in new[] { "ScanOnly", "InstallWithoutReboot", "RebootWherePatchesWait" })
        {
            Assert.Equal("PatchTools-RunPatchBaseline", hooks.Inputs(step)["documentPath"]);
            Assert.Empty(
                ((Dictionary<object, object>)hooks.Inputs(step)["documentParameters"])
                    .Keys.Cast<string>()
                    .Except(parameters)
            );
        }

        Assert.Equal(
            "NoReboot",
            ((Dictionary<object, object>)hooks.Inputs("InstallWithoutReboot")["documentParameters"])["RebootOption"]
        );
    }

    [Fact]
    public void The_runbook_hands_on_every_parameter_of_the_command_under_rate_control_and_one_snapshot()
    {
        var runbook = SsmDocument.Load("PatchTools-PatchTargets");
        Assert.Equal("0.3", runbook.SchemaVersion);
        Assert.Equal(
            ["aws:runCommand", "aws:executeAwsApi", "aws:executeAwsApi"],
            runbook.Steps.Select(step => step["action"])
        );
        var inputs = runbook.Inputs("PatchTargets");
        var handed = (Dictionary<object, object>)inputs["Parameters"];
        Assert.Equal(
            SsmDocument
                .Load("PatchTools-RunPatchBaseline")
                .Parameters.Select(p => p.Name)
                .Order(StringComparer.Ordinal),
            handed.Keys.Cast<string>().Order(StringComparer.Ordinal)
        );
        Assert.Equal("{{ automation:EXECUTION_ID }}", handed["SnapshotId"]);
        Assert.Equal("{{ MaxConcurrency }} {{ MaxErrors }}", $"{inputs["MaxConcurrency"]} {inputs["MaxErrors"]}");

        // What PatchTargets hands on must be what SendCommand takes.
        using var request = System.Text.Json.JsonDocument.Parse(
            """
            {"DocumentName":"PatchTools-RunPatchBaseline","Targets":[{"Key":"tag:PatchGroup","Values":["web"]}],"MaxConcurrency":"10%","MaxErrors":"5%","TimeoutSeconds":3600,"Parameters":{"Operation":["Scan"]}}
            """
        );
        Assert.Empty(ServiceModel.Default.Validate("SendCommand", request.RootElement));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_of_one_name_are_the_same_in_every_document(string name)
    {
        var command = SsmDocument.Load("PatchTools-RunPatchBaseline").Parameters.ToDictionary(p => p.Name);
        Assert.All(
            SsmDocument.Load(name).Parameters.Where(p => command.ContainsKey(p.Name)),
            p =>
            {
                Assert.Equal((command[p.Name].Default, command[p.Name].Pattern), (p.Default, p.Pattern));
                Assert.Equal(command[p.Name].Values, p.Values);
            }
        );
    }
}
