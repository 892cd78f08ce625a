using System.Text;
using System.Text.Json.Nodes;
using PatchTools.Errors;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class BaselineOverrideFileTests
{
    [Fact]
    public void The_recorded_override_is_read_in_the_services_spelling()
    {
        var baseline = BaselineOverrideFile.Select(RecordedDocuments.Read("override-debian.json"), "o.json", "DEBIAN");
        Assert.Equal("DEBIAN", baseline.OperatingSystem);
        var rule = Assert.Single(baseline.ApprovalRules);
        Assert.Equal("SECTION", Assert.Single(rule.Filters).Key);
        Assert.Equal(
            (ComplianceLevel.CRITICAL, 0, false),
            (rule.ComplianceLevel, rule.ApproveAfterDays, rule.EnableNonSecurity)
        );
        Assert.Equal(["p-main-upgradable"], baseline.ApprovedPatches);
        Assert.Equal(
            (ComplianceLevel.HIGH, true),
            (baseline.ApprovedPatchesComplianceLevel, baseline.ApprovedPatchesEnableNonSecurity)
        );
        Assert.Equal(["p-rej-current"], baseline.RejectedPatches);
        Assert.Equal(RejectedPatchesAction.BLOCK, baseline.RejectedPatchesAction);
    }

    [Fact]
    public void Members_that_are_absent_are_empty_and_the_id_is_dropped()
    {
        var baseline = Select(
            """
            [{"OperatingSystem":"UBUNTU","ApprovalRules":null},
            {"OperatingSystem":"DEBIAN","BaselineId":"pb-0123456789abcdef0","Name":"Mine"}]
            """
        );
        Assert.Null(baseline.BaselineId);
        Assert.Equal("Mine", baseline.Name);
        Assert.Empty(baseline.ApprovalRules);
        Assert.Empty(baseline.GlobalFilters);
        Assert.Empty(baseline.ApprovedPatches);
    }

    [Fact]
    public void Gzip_and_a_byte_order_mark_are_accepted() =>
        Assert.Equal(
            "DEBIAN",
            BaselineOverrideFile
                .Select(
                    SnapshotReaderTests.Gzip([.. "\uFEFF"u8, .. RecordedDocuments.Read("override-debian.json")]),
                    "o",
                    "DEBIAN"
                )
                .OperatingSystem
        );

    [Theory]
    [InlineData(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access "
            + "Denied</Message></Error>"
    )]
    [InlineData("\uFEFF <Error><Code>AccessDenied</Code></Error>")]
    [InlineData("\"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\"")]
    public void A_denial_in_the_body_is_code_160(string content) =>
        Fails(content, PatchErrors.BaselineOverrideAccessDenied, 160);

    [Theory]
    [InlineData("{\"OperatingSystem\":\"DEBIAN\"}", "o: $: found an object, wanted a list of baselines")]
    [InlineData("\"text\"", "o: $: found the text 'text', wanted a list of baselines")]
    [InlineData("null", "o: $: found null, wanted a list of baselines")]
    [InlineData("1", "o: $: found 1, wanted a list of baselines")]
    public void What_is_no_list_is_code_161(string content, string message) =>
        Assert.Equal(message, Fails(content, PatchErrors.BaselineOverrideNotAList, 161));

    [Theory]
    [InlineData("nope", "o: the document is not JSON: line 1, byte 2")]
    [InlineData("", "o: the document is empty, wanted JSON")]
    [InlineData("[{", "o: the document is cut off: it ends after 2 bytes with 2 of its brackets open")]
    [InlineData(
        "<Error><Code>NoSuchKey</Code></Error>",
        "o: found an XML document with the error code NoSuchKey, wanted JSON"
    )]
    [InlineData("[1]", "o: $[0]: found 1, wanted an object")]
    [InlineData("[{\"ApprovalRules\":{}}]", "o: $[0]: misses OperatingSystem")]
    [InlineData("[{\"OperatingSystem\":7}]", "o: $[0].OperatingSystem: found 7, wanted a text")]
    [InlineData(
        "[{\"OperatingSystem\":\"DEBIAN\",\"ApprovalRules\":{\"PatchRules\":[{}]}}]",
        "o: $[0].ApprovalRules.PatchRules[0]: misses PatchFilterGroup"
    )]
    [InlineData(
        "[{\"OperatingSystem\":\"DEBIAN\",\"ApprovedPatchesComplianceLevel\":\"hihg\"}]",
        "o: $[0].ApprovedPatchesComplianceLevel: 'hihg' is not one of UNSPECIFIED, INFORMATIONAL, LOW, MEDIUM, "
            + "HIGH, CRITICAL"
    )]
    public void A_malformed_list_is_code_162(string content, string message) =>
        Assert.Equal(message, Fails(content, PatchErrors.BaselineOverrideMalformed, 162));

    [Theory]
    [InlineData("[]", "o: the baseline override has no entry for DEBIAN; it is empty.")]
    [InlineData(
        "[{\"OperatingSystem\":\"UBUNTU\"},{\"OperatingSystem\":\"debian\"}]",
        "o: the baseline override has no entry for DEBIAN; it has 'UBUNTU', 'debian'."
    )]
    public void No_entry_for_the_system_is_code_163(string content, string message) =>
        Assert.Equal(message, Fails(content, PatchErrors.BaselineOverrideNoEntry, 163));

    [Fact]
    public void The_recorded_list_without_an_entry_for_debian_is_code_163() =>
        Fails(
            Encoding.UTF8.GetString(RecordedDocuments.Read("override-ubuntu.json")),
            PatchErrors.BaselineOverrideNoEntry,
            163
        );

    [Fact]
    public void Several_entries_for_the_system_are_code_165() =>
        Assert.Equal(
            "o: the baseline override has $[0] and $[2] for DEBIAN, wanted one.",
            Fails(
                """[{"OperatingSystem":"DEBIAN"},{"OperatingSystem":"UBUNTU"},{"OperatingSystem":"DEBIAN"}]""",
                PatchErrors.BaselineOverrideSeveralEntries,
                165
            )
        );

    [Fact]
    public void A_fault_in_the_entry_of_another_system_does_not_matter() =>
        Assert.Equal(
            "DEBIAN",
            Select("""[{"OperatingSystem":"SUSE","Sources":7},{"OperatingSystem":"DEBIAN"}]""").OperatingSystem
        );

    [Fact]
    public void An_answer_of_get_patch_baseline_is_an_entry()
    {
        var entry = SnapshotReaderTests.Pascal(SnapshotReaderTests.Change(_ => { })["patchBaseline"]!);
        Assert.Single(Select(new JsonArray(entry).ToJsonString()).ApprovalRules);
    }

    private static PatchBaseline Select(string content) =>
        BaselineOverrideFile.Select(Encoding.UTF8.GetBytes(content), "o", "DEBIAN");

    private static string Fails(string content, PatchError error, int exitCode)
    {
        var exception = Assert.Throws<PatchToolsException>(() => Select(content));
        Assert.Equal((error, exitCode), (exception.Error, exception.ExitCode));
        return exception.Message;
    }
}
