using System.Text;
using System.Text.Json;
using CsCheck;
using PatchTools.Engine.Tests.Snapshots;
using PatchTools.Errors;
using PatchTools.Snapshots;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Baselines;

/// <summary>A baseline written in any of the three forms and read again is the same baseline.</summary>
public sealed class BaselineFormTests
{
    private static readonly Gen<string> _text = Gen.OneOf(
        Gen.String[Gen.Char['\0', '\u007f'], 0, 12],
        Gen.String[Gen.Char['\u00a0', '\ud7ff'], 0, 12],
        Gen.Const("kernel*"),
        Gen.Const("CVE-2026-1"),
        Gen.Const("\ud83d\ude00 </script>"),
        Gen.Const("")
    );

    private static readonly Gen<PatchFilter> _filter = Gen.Select(
        Words("PRODUCT", "CLASSIFICATION", "SEVERITY", "PRIORITY", "SECTION", "NAME"),
        _text.Array[0, 4],
        (key, values) => new PatchFilter(key, values)
    );

    private static readonly Gen<ApprovalRule> _rule = Gen.Select(
        _filter.Array[0, 3],
        Gen.Int[0, 5],
        Gen.Bool,
        Gen.Int[-1, 400],
        Gen.Int[-1, 3_000_000],
        (filters, level, nonSecurity, days, until) =>
            new ApprovalRule
            {
                Filters = filters,
                ComplianceLevel = (ComplianceLevel)level,
                EnableNonSecurity = nonSecurity,
                ApproveAfterDays = days < 0 ? null : days,
                ApproveUntilDate = until < 0 ? null : DateOnly.FromDayNumber(until),
            }
    );

    private static readonly Gen<PatchSource> _source = Gen.Select(
        Gen.String[Gen.Char['a', 'z'], 1, 8],
        _text.Array[0, 3],
        _text,
        (name, products, configuration) => new PatchSource(name, products, configuration)
    );

    private static readonly Gen<PatchBaseline> _baseline = Gen.Select(
        Gen.Select(_text, _text, Gen.Bool, Gen.Bool, Words("DEBIAN", "SUSE", "AMAZON_LINUX_2023")),
        Gen.Select(_filter.Array[0, 3], _rule.Array[0, 4], _text.Array[0, 4], _text.Array[0, 4], _source.Array[0, 2]),
        Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Bool),
        (naming, lists, flags) =>
            new PatchBaseline
            {
                BaselineId = naming.Item3 ? "pb-0123456789abcdef0" : null,
                Name = naming.Item1,
                Description = naming.Item4 ? naming.Item2 : null,
                OperatingSystem = naming.Item5,
                GlobalFilters = lists.Item1,
                ApprovalRules = lists.Item2,
                ApprovedPatches = lists.Item3,
                RejectedPatches = lists.Item4,
                Sources = lists.Item5,
                ApprovedPatchesComplianceLevel = (ComplianceLevel)flags.Item1,
                ApprovedPatchesEnableNonSecurity = flags.Item2,
                RejectedPatchesAction = flags.Item3
                    ? RejectedPatchesAction.BLOCK
                    : RejectedPatchesAction.ALLOW_AS_DEPENDENCY,
            }
    );

    [Fact]
    public void Nothing_is_lost_in_the_form_of_a_snapshot() =>
        _baseline.ForAll(baseline =>
            Same(baseline, SnapshotReader.Read(SnapshotWriter.WriteDocument(baseline), "x").Baseline)
        );

    [Fact]
    public void Nothing_is_lost_in_the_form_of_GetPatchBaseline() =>
        _baseline.ForAll(baseline =>
            Same(baseline, SnapshotReader.Read(SnapshotWriter.WriteServiceBaseline(baseline), "x").Baseline)
        );

    [Fact]
    public void Nothing_but_the_id_is_lost_in_the_form_of_an_override() =>
        _baseline.ForAll(baseline =>
            Same(
                baseline with
                {
                    BaselineId = null,
                },
                BaselineOverrideFile.Select(SnapshotWriter.WriteOverride([baseline]), "x", baseline.OperatingSystem)
            )
        );

    [Fact]
    public void A_form_read_and_written_in_another_comes_back_byte_for_byte() =>
        _baseline.ForAll(baseline =>
        {
            var there = SnapshotWriter.WriteServiceBaseline(baseline);
            var back = SnapshotWriter.WriteServiceBaseline(
                SnapshotReader
                    .Read(SnapshotWriter.WriteDocument(SnapshotReader.Read(there, "x").Baseline), "x")
                    .Baseline
            );
            return there.AsSpan().SequenceEqual(back);
        });

    [Fact]
    public void The_form_of_GetPatchBaseline_has_no_null_and_only_members_that_CreatePatchBaseline_takes()
    {
        var text = SnapshotWriter.WriteServiceBaseline(
            new PatchBaseline
            {
                Name = "web",
                OperatingSystem = "DEBIAN",
                ApprovalRules = [new ApprovalRule { ApproveAfterDays = 7 }],
            }
        );
        Assert.DoesNotContain("null", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        Assert.Equal(
            [
                "ApprovalRules",
                "ApprovedPatches",
                "ApprovedPatchesComplianceLevel",
                "ApprovedPatchesEnableNonSecurity",
                "GlobalFilters",
                "Name",
                "OperatingSystem",
                "RejectedPatches",
                "RejectedPatchesAction",
                "Sources",
            ],
            document.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>The reference passes a missing member on as null, which its SDK refuses (reference 05 §3.2).</summary>
    [Fact]
    public void An_override_has_all_nine_members_that_the_reference_passes_on()
    {
        using var document = JsonDocument.Parse(
            SnapshotWriter.WriteOverride([
                new PatchBaseline { Name = "web", OperatingSystem = "DEBIAN" },
                new PatchBaseline { Name = "db", OperatingSystem = "UBUNTU" },
            ])
        );
        Assert.All(
            document.RootElement.EnumerateArray(),
            entry =>
                Assert.All(
                    [
                        "OperatingSystem",
                        "GlobalFilters",
                        "ApprovalRules",
                        "ApprovedPatches",
                        "ApprovedPatchesComplianceLevel",
                        "ApprovedPatchesEnableNonSecurity",
                        "RejectedPatches",
                        "RejectedPatchesAction",
                        "Sources",
                    ],
                    member => Assert.NotEqual(JsonValueKind.Null, entry.GetProperty(member).ValueKind)
                )
        );
        Assert.Equal(2, document.RootElement.GetArrayLength());
    }

    [Fact]
    public void An_override_with_two_baselines_of_one_system_is_refused()
    {
        var failure = Assert.Throws<PatchToolsException>(() =>
            SnapshotWriter.WriteOverride([
                new PatchBaseline { Name = "a", OperatingSystem = "DEBIAN" },
                new PatchBaseline { Name = "b", OperatingSystem = "DEBIAN" },
            ])
        );
        Assert.Equal(PatchErrors.BaselineOverrideSeveralEntries, failure.Error);
        Assert.Contains("'a' and 'b'", failure.Message, StringComparison.Ordinal);
    }

    private static Gen<string> Words(params string[] words) =>
        Gen.Int[0, words.Length - 1].Select(index => words[index]);

    private static bool Same(PatchBaseline expected, PatchBaseline actual)
    {
        Assert.Equivalent(expected, actual, strict: true);
        return BareBaseline.Of(expected).AsSpan().SequenceEqual(BareBaseline.Of(actual));
    }
}
