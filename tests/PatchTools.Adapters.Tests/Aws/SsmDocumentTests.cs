using System.Text;
using PatchTools.Fleet;
using PatchTools.Testing.Aws;
using Xunit;
using static System.Globalization.UnicodeCategory;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// The SSM documents that ship with the module, as far as they can be judged without the service. What their script
/// does is tried in a throw-away Debian.
/// </summary>
public sealed class SsmDocumentTests
{
    private static readonly string[] Samples =
    [
        "11111111-2222-3333-4444-555555555555",
        "https://example.com/list.yaml",
        "s3://bucket/list.yaml",
        "AWS-Noop",
        "patches",
        "1.2.3",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "tag:Group",
        "arn:aws:iam::123456789012:role/Patching",
        "5%",
    ];

    public static TheoryData<string> Names => [.. SsmDocument.Names];

    [Fact]
    public void The_build_ships_the_command_its_hooks_and_the_runbook() =>
        Assert.Equal(
            ["PatchTools-PatchTargets", "PatchTools-RunPatchBaseline", "PatchTools-RunPatchBaselineWithHooks"],
            SsmDocument.Names
        );

    [Fact]
    public void The_command_has_the_parameters_of_AWS_RunPatchBaseline_with_their_values()
    {
        var parameters = SsmDocument.Load("PatchTools-RunPatchBaseline").Parameters;

        Assert.Equal(
            ["Operation", "SnapshotId", "InstallOverrideList", "BaselineOverride", "RebootOption"],
            parameters.Take(5).Select(p => p.Name)
        );
        Assert.Equal([null, "", "", "", "RebootIfNeeded"], parameters.Take(5).Select(p => p.Default));
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

    [Fact]
    public void Every_value_of_the_command_is_a_variable_of_the_environment_where_the_agent_makes_one() =>
        Assert.All(
            SsmDocument.Load("PatchTools-RunPatchBaseline").Parameters,
            p => Assert.Equal("ENV_VAR", p.Interpolation)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void Quirk_no_pattern_lets_through_a_letter_that_could_end_a_text(string name)
    {
        var letters = Enumerable.Range(0, 0x3000).Append(0xFEFF).Select(c => (char)c).Where(c => !char.IsSurrogate(c));
        List<char> forbidden =
        [
            .. letters.Where(c =>
                char.IsControl(c)
                || char.GetUnicodeCategory(c)
                    is Format
                        or LineSeparator
                        or ParagraphSeparator
                        or InitialQuotePunctuation
                        or FinalQuotePunctuation
            ),
            .. "'\"`$\\\u201a\u201e",
        ];
        foreach (
            var parameter in SsmDocument.Load(name).Parameters.Where(p => p.Values.Count == 0 && p.Pattern is not null)
        )
        {
            string[] samples = [.. Samples.Where(sample => SsmDocument.Accepts(parameter, sample))];
            Assert.NotEmpty(samples);
            Assert.All(
                samples.SelectMany(sample =>
                    forbidden.SelectMany(letter =>
                        new[] { letter + sample, sample + letter, sample.Insert(sample.Length / 2, letter.ToString()) }
                    )
                ),
                hostile =>
                    Assert.False(SsmDocument.Accepts(parameter, hostile), $"{parameter.Name} {(int)hostile[0]:x}")
            );
        }
    }

    [Fact]
    public void Start_PatchFleetOperation_checks_by_the_patterns_of_the_documents()
    {
        var declared = SsmDocument
            .Names.Except(["PatchTools-PatchTargets"])
            .SelectMany(name => SsmDocument.Load(name).Parameters)
            .Where(p => p.Pattern is not null)
            .DistinctBy(p => p.Name)
            .ToDictionary(p => p.Name, p => p.Pattern!);

        Assert.Equal(
            declared.OrderBy(p => p.Key, StringComparer.Ordinal),
            DocumentParameters.Patterns.OrderBy(p => p.Key, StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("SnapshotId", "11111111-2222-3333-4444-555555555555", "1111")]
    [InlineData("InstallOverrideList", "s3://bucket/a/b.yaml", "s3://bucket/a/")]
    [InlineData("InstallOverrideList", "s3://bucket/my lists/b (1).yaml", "s3://bucket/a\n'@\nid\n@'")]
    [InlineData("InstallOverrideList", "https://b.s3.amazonaws.com/l?X-Amz-Signature=0a%2F", "https://\ra")]
    [InlineData("BaselineOverride", "s3://bucket/b.json", "s3://bucket/{{ PayloadBucket }}")]
    [InlineData("BaselineOverride", "https://example.com:8443/~a/x.json", "https://example.com/x\n")]
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
