using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using PatchTools.Errors;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class SnapshotReaderTests
{
    private const string Location = "snap.json";

    public static TheoryData<string> Recordings => [.. RecordedDocuments.Snapshots];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_recorded_snapshot_is_read(string name)
    {
        var document = SnapshotReader.Read(RecordedDocuments.Read(name), name);
        Assert.Equal(SnapshotForm.Service, document.Form);
        Assert.Equal("pb-0123456789abcdef0", document.Baseline.BaselineId);
        Assert.Null(document.SnapshotId);
    }

    [Fact]
    public void The_recorded_default_snapshot_means_what_it_says()
    {
        var baseline = SnapshotReader.Read(RecordedDocuments.Read("scan-default.json"), Location).Baseline;
        Assert.Equal("DEBIAN", baseline.OperatingSystem);
        Assert.Equal("AWS-DebianDefaultPatchBaseline", baseline.Name);
        var global = Assert.Single(baseline.GlobalFilters);
        Assert.Equal("PRODUCT", global.Key);
        Assert.Equal(["*"], global.Values);
        var rule = Assert.Single(baseline.ApprovalRules);
        Assert.Equal(["Required", "Important", "Standard", "Optional", "Extra"], Assert.Single(rule.Filters).Values);
        Assert.Equal(7, rule.ApproveAfterDays);
        Assert.Null(rule.ApproveUntilDate);
        Assert.False(rule.EnableNonSecurity);
        Assert.Equal(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, baseline.RejectedPatchesAction);
    }

    [Fact]
    public void An_until_date_custom_sources_and_a_patch_group_are_read()
    {
        Assert.Equal(
            new DateOnly(2026, 3, 1),
            Assert
                .Single(Baseline("dnf-scan-until-date.json").ApprovalRules, r => r.ApproveUntilDate is not null)
                .ApproveUntilDate
        );
        var source = Assert.Single(Baseline("scan-custom-sources.json").Sources);
        Assert.NotEmpty(source.Name);
        Assert.NotEmpty(source.Products);
        Assert.Contains("deb", source.Configuration, StringComparison.Ordinal);
        Assert.NotEmpty(SnapshotReader.Read(RecordedDocuments.Read("scan-patch-group.json"), Location).PatchGroup);
        Assert.Equal(RejectedPatchesAction.BLOCK, Baseline("scan-rejected-block.json").RejectedPatchesAction);

        static PatchBaseline Baseline(string name) => SnapshotReader.Read(RecordedDocuments.Read(name), name).Baseline;
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Gzip_a_byte_order_mark_and_white_space_change_nothing(bool gzip, bool mark)
    {
        byte[] content =
        [
            .. mark ? "\uFEFF"u8 : [],
            .. " \r\n\t"u8,
            .. RecordedDocuments.Read("scan-default.json"),
            .. "\n \n"u8,
        ];
        Assert.Equal("DEBIAN", SnapshotReader.Read(gzip ? Gzip(content) : content, Location).Baseline.OperatingSystem);
    }

    [Fact]
    public void The_four_forms_are_told_apart_and_say_the_same()
    {
        var whole = JsonNode.Parse(RecordedDocuments.Read("scan-approved-nonsecurity.json"))!.AsObject();
        var saved = whole.DeepClone().AsObject();
        saved["snapshotId"] = "11111111-2222-4333-8444-55555555ABCD";
        saved["product"] = "Debian12";
        saved["instanceId"] = "i-0123456789abcdef0";
        saved["region"] = "us-east-1";
        var bare = whole["patchBaseline"]!.DeepClone().AsObject();
        var service = Pascal(bare).AsObject();

        Assert.Equal(SnapshotForm.Service, Read(whole).Form);
        Assert.Equal(SnapshotForm.Saved, Read(saved).Form);
        Assert.Equal(SnapshotForm.Baseline, Read(bare).Form);
        Assert.Equal(SnapshotForm.ServiceBaseline, Read(service).Form);
        Assert.Equal("11111111-2222-4333-8444-55555555ABCD", Read(saved).SnapshotId);
        Assert.Equal(
            ("Debian12", "i-0123456789abcdef0", "us-east-1"),
            (Read(saved).Product, Read(saved).InstanceId, Read(saved).Region)
        );

        var expected = BareBaseline.Of(Read(whole).Baseline);
        Assert.All(
            new[] { saved, bare, service },
            form => Assert.Equal(expected, BareBaseline.Of(Read(form).Baseline))
        );
    }

    [Fact]
    public void What_the_reference_defaults_is_defaulted()
    {
        var baseline = Read(
            Change(b =>
            {
                b["globalFilters"] = new JsonObject();
                b["approvalRules"] = new JsonObject
                {
                    ["rules"] = new JsonArray(
                        new JsonObject { ["filterGroup"] = new JsonObject { ["filters"] = null } }
                    ),
                };
                b["approvedPatchesComplianceLevel"] = "";
                b["approvedPatchesEnableNonSecurity"] = null;
                b["rejectedPatchesAction"] = null;
                b["sources"] = null;
            })
        ).Baseline;
        Assert.Empty(baseline.GlobalFilters);
        Assert.Empty(baseline.Sources);
        Assert.Equal(ComplianceLevel.UNSPECIFIED, baseline.ApprovedPatchesComplianceLevel);
        Assert.Equal(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, baseline.RejectedPatchesAction);
        var rule = Assert.Single(baseline.ApprovalRules);
        Assert.Empty(rule.Filters);
        Assert.Null(rule.ApproveAfterDays);
        Assert.Equal(ComplianceLevel.UNSPECIFIED, rule.ComplianceLevel);
    }

    [Fact]
    public void Rules_that_are_null_are_none() =>
        Assert.Empty(Read(Change(b => b["approvalRules"]!["rules"] = null)).Baseline.ApprovalRules);

    [Theory]
    [InlineData("high")]
    [InlineData("High")]
    [InlineData("HIGH")]
    public void Levels_and_actions_are_read_in_any_case(string level)
    {
        var baseline = Read(
            Change(b =>
            {
                b["approvalRules"]!["rules"]![0]!["complianceLevel"] = level;
                b["rejectedPatchesAction"] = "Block";
                b["operatingSystem"] = "debian";
            })
        ).Baseline;
        Assert.Equal(ComplianceLevel.HIGH, baseline.ApprovalRules[0].ComplianceLevel);
        Assert.Equal(RejectedPatchesAction.BLOCK, baseline.RejectedPatchesAction);
        Assert.Equal("DEBIAN", baseline.OperatingSystem);
    }

    [Theory]
    [InlineData("2026-3-1", 2026, 3, 1)]
    [InlineData("2024-02-29", 2024, 2, 29)]
    [InlineData("0001-1-1", 1, 1, 1)]
    public void Until_dates_may_leave_out_leading_zeros(string text, int year, int month, int day) =>
        Assert.Equal(
            new DateOnly(year, month, day),
            Read(Change(b => b["approvalRules"]!["rules"]![0]!["approveUntilDate"] = text))
                .Baseline.ApprovalRules[0]
                .ApproveUntilDate
        );

    [Theory]
    [InlineData("")]
    [InlineData("2026-02-30")]
    [InlineData("2025-02-29")]
    [InlineData("2026-13-01")]
    [InlineData("0000-01-01")]
    [InlineData("26-01-01")]
    [InlineData("2026-001-1")]
    [InlineData("2026-03-01T00:00:00Z")]
    [InlineData(" 2026-03-01")]
    [InlineData("2026-03-01\n")]
    [InlineData("２０２６-03-01")]
    public void Any_other_until_date_is_refused(string text)
    {
        var error = Fails(
            Change(b => b["approvalRules"]!["rules"]![0]!["approveUntilDate"] = text),
            PatchErrors.BaselineInvalid
        );
        Assert.Contains(
            "$.patchBaseline.approvalRules.rules[0].approveUntilDate: found ",
            error,
            StringComparison.Ordinal
        );
        Assert.Contains("wanted a date", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_level_is_named_with_its_place_and_the_known_ones() =>
        Assert.Equal(
            "snap.json: $.patchBaseline.approvalRules.rules[0].complianceLevel: 'hihg' is not one of "
                + "UNSPECIFIED, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL",
            Fails(
                Change(b => b["approvalRules"]!["rules"]![0]!["complianceLevel"] = "hihg"),
                PatchErrors.BaselineInvalid
            )
        );

    [Fact]
    public void Everything_that_is_missing_is_named_at_once() =>
        Assert.Equal(
            "snap.json: $.patchBaseline: misses baselineId, approvedPatches, modifiedTime",
            Fails(
                Change(b =>
                    new[] { "baselineId", "approvedPatches", "modifiedTime" }.ToList().ForEach(n => b.Remove(n))
                ),
                PatchErrors.BaselineInvalid
            )
        );

    [Theory]
    [InlineData("baselineId")]
    [InlineData("name")]
    [InlineData("operatingSystem")]
    [InlineData("globalFilters")]
    [InlineData("approvalRules")]
    [InlineData("approvedPatches")]
    [InlineData("rejectedPatches")]
    [InlineData("createdTime")]
    [InlineData("modifiedTime")]
    public void Each_required_member_is_required(string name) =>
        Assert.Equal(
            $"snap.json: $.patchBaseline: misses {name}",
            Fails(Change(b => b.Remove(name)), PatchErrors.BaselineInvalid)
        );

    [Fact]
    public void A_bare_baseline_needs_only_what_decides()
    {
        var bare = JsonNode
            .Parse(
                """
                {"operatingSystem":"DEBIAN","globalFilters":{},"approvalRules":{},
                "approvedPatches":[],"rejectedPatches":[]}
                """
            )!
            .AsObject();
        Assert.Null(Read(bare).Baseline.BaselineId);
        bare.Remove("approvalRules");
        Assert.Equal("snap.json: $: misses approvalRules", Fails(bare, PatchErrors.BaselineInvalid));
    }

    [Fact]
    public void Wrong_types_are_named_with_what_was_found()
    {
        AssertFault(
            b => b["approvedPatches"] = "bash",
            "$.patchBaseline.approvedPatches: found the text 'bash', wanted a list"
        );
        AssertFault(b => b["approvedPatches"] = null, "$.patchBaseline.approvedPatches: found null, wanted a list");
        AssertFault(
            b => b["approvedPatches"] = new JsonArray(1),
            "$.patchBaseline.approvedPatches[0]: found 1, wanted a text"
        );
        AssertFault(b => b["globalFilters"] = null, "$.patchBaseline.globalFilters: found null, wanted an object");
        AssertFault(
            b => b["globalFilters"]!["filters"] = new JsonObject(),
            "$.patchBaseline.globalFilters.filters: found an object, wanted a list"
        );
        AssertFault(
            b => b["globalFilters"]!["filters"]![0]!["values"] = null,
            "$.patchBaseline.globalFilters.filters[0].values: found null, wanted a list"
        );
        AssertFault(
            b => b["globalFilters"]!["filters"]![0]!.AsObject().Remove("key"),
            "$.patchBaseline.globalFilters.filters[0]: misses key"
        );
        AssertFault(
            b => b["approvalRules"]!["rules"]![0] = null,
            "$.patchBaseline.approvalRules.rules[0]: found null, wanted an object"
        );
        AssertFault(
            b => b["approvalRules"]!["rules"]![0]!["enableNonSecurity"] = "false",
            "$.patchBaseline.approvalRules.rules[0].enableNonSecurity: found the text 'false', wanted true or false"
        );
        AssertFault(
            b => b["approvalRules"]!["rules"]![0]!.AsObject().Remove("filterGroup"),
            "$.patchBaseline.approvalRules.rules[0]: misses filterGroup"
        );
        AssertFault(b => b["operatingSystem"] = true, "$.patchBaseline.operatingSystem: found true, wanted a text");
        AssertFault(
            b => b["operatingSystem"] = "",
            "$.patchBaseline.operatingSystem: found the text '', wanted the name of an operating system, such as DEBIAN"
        );
        AssertFault(
            b => b["rejectedPatchesAction"] = "BLOK",
            "$.patchBaseline.rejectedPatchesAction: 'BLOK' is not one of ALLOW_AS_DEPENDENCY, BLOCK"
        );
        AssertFault(
            b => b["sources"] = new JsonArray(new JsonObject { ["name"] = "x" }),
            "$.patchBaseline.sources[0]: misses products, configuration"
        );
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public void A_source_name_that_is_no_file_name_is_refused(string name) =>
        Assert.Contains(
            "$.patchBaseline.sources[0].name: found ",
            Fails(
                Change(b =>
                    b["sources"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = name,
                            ["products"] = new JsonArray("*"),
                            ["configuration"] = "deb x",
                        }
                    )
                ),
                PatchErrors.BaselineInvalid
            ),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("7.0", 7)]
    [InlineData("7e0", 7)]
    [InlineData("0", 0)]
    [InlineData("360", 360)]
    public void Days_are_whole_numbers(string number, int days) =>
        Assert.Equal(days, SnapshotReader.Read(WithDays(number), Location).Baseline.ApprovalRules[0].ApproveAfterDays);

    [Theory]
    [InlineData("7.5")]
    [InlineData("-1")]
    [InlineData("1e400")]
    [InlineData("99999999999999999999999999999999999999999999999999")]
    [InlineData("\"7\"")]
    [InlineData("true")]
    public void Other_days_are_refused(string number)
    {
        var error = Assert.Throws<PatchToolsException>(() => SnapshotReader.Read(WithDays(number), Location));
        Assert.Equal(PatchErrors.BaselineInvalid, error.Error);
        Assert.EndsWith("wanted a whole number from 0 to 36500", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_given_twice_is_refused_but_only_if_it_counts()
    {
        var text = Encoding.UTF8.GetString(RecordedDocuments.Read("scan-default.json"));
        var twice = text.Replace(
            "\"approvedPatches\": [],",
            "\"approvedPatches\": [], \"approvedPatches\": [\"bash\"],",
            StringComparison.Ordinal
        );
        Assert.Equal(
            "snap.json: $.patchBaseline.approvedPatches: the member is given twice",
            Fails(twice, PatchErrors.BaselineInvalid)
        );
        var unknown = text.Replace(
            "\"patches\": [],",
            "\"patches\": [], \"patches\": [], \"x\": 1, \"x\": 2,",
            StringComparison.Ordinal
        );
        Assert.Equal("DEBIAN", SnapshotReader.Read(Encoding.UTF8.GetBytes(unknown), Location).Baseline.OperatingSystem);
    }

    [Theory]
    [InlineData("", "snap.json: the document is empty, wanted JSON")]
    [InlineData(" \n", "snap.json: the document is empty, wanted JSON")]
    [InlineData("\uFEFF", "snap.json: the document is empty, wanted JSON")]
    [InlineData("nope", "snap.json: the document is not JSON: line 1, byte 2")]
    [InlineData("{\n\"a\": x}", "snap.json: the document is not JSON: line 2, byte 6")]
    [InlineData("{} {}", "snap.json: the document is not JSON: line 1, byte 4")]
    [InlineData(
        "{\"patchBaseline\": {",
        "snap.json: the document is cut off: it ends after 19 bytes with 2 of its brackets open"
    )]
    [InlineData(
        "{\"patchBasel",
        "snap.json: the document is cut off: it ends after 12 bytes with 1 of its brackets open"
    )]
    [InlineData("\"abc", "snap.json: the document is cut off: it ends after 4 bytes in the middle of a value")]
    [InlineData("[]", "snap.json: $: found a list, wanted an object: a snapshot or a baseline")]
    [InlineData("\"x\"", "snap.json: $: found the text 'x', wanted an object: a snapshot or a baseline")]
    [InlineData("12", "snap.json: $: found 12, wanted an object: a snapshot or a baseline")]
    [InlineData("null", "snap.json: $: found null, wanted an object: a snapshot or a baseline")]
    [InlineData(
        "{}",
        "snap.json: $: has no patchBaseline, and is not a bare baseline either: it has neither operatingSystem nor "
            + "OperatingSystem"
    )]
    [InlineData("{\"patchBaseline\": null}", "snap.json: $.patchBaseline: found null, wanted an object")]
    [InlineData("{\"patchBaseline\": []}", "snap.json: $.patchBaseline: found a list, wanted an object")]
    [InlineData(
        "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>",
        "snap.json: found an XML document with the error code AccessDenied, wanted JSON"
    )]
    [InlineData("<html>", "snap.json: found an XML or HTML document, wanted JSON")]
    [InlineData("{\"patchGroup\": \"\\ud800\"}", "snap.json: a text near byte 15 holds half of a surrogate pair")]
    public void Documents_that_are_no_snapshots_say_why(string content, string message) =>
        Assert.Equal(message, Fails(content, PatchErrors.SnapshotMalformed));

    [Fact]
    public void A_snapshot_id_that_is_no_guid_and_a_patch_group_that_is_no_text_are_refused()
    {
        var document = JsonNode.Parse(RecordedDocuments.Read("scan-default.json"))!.AsObject();
        document["snapshotId"] = "latest";
        Assert.Equal(
            "snap.json: $.snapshotId: found the text 'latest', wanted a GUID of 36 characters",
            Fails(document, PatchErrors.SnapshotMalformed)
        );
        document.Remove("snapshotId");
        document["patchGroup"] = 5;
        Assert.Equal("snap.json: $.patchGroup: found 5, wanted a text", Fails(document, PatchErrors.SnapshotMalformed));
    }

    [Fact]
    public void Every_cut_of_a_snapshot_is_told_as_cut_off()
    {
        var content = RecordedDocuments.Read("scan-default.json").AsMemory();
        content = content[..content.Span.TrimEnd("\r\n "u8).Length];
        for (var length = 1; length < content.Length; length += 7)
        {
            var error = Assert.Throws<PatchToolsException>(() => SnapshotReader.Read(content[..length], Location));
            Assert.Equal(PatchErrors.SnapshotMalformed, error.Error);
            Assert.Contains("cut off", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_cut_inside_a_character_is_told_as_cut_off()
    {
        var whole = Encoding.UTF8.GetBytes("{\"patchGroup\": \"Grün€😀\"}");
        foreach (var cut in new[] { whole.Length - 3, whole.Length - 4, whole.Length - 8 })
            Assert.Contains(
                "cut off",
                Assert.Throws<PatchToolsException>(() => SnapshotReader.Read(whole.AsMemory(0, cut), Location)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void Damaged_gzip_is_told_from_damaged_json()
    {
        var gzip = Gzip(RecordedDocuments.Read("scan-default.json"));
        var damaged = (byte[])gzip.Clone();
        damaged[^6] ^= 0x55;
        Assert.Equal("snap.json: the gzip data is damaged or cut off", Fails(damaged, PatchErrors.SnapshotMalformed));
        Assert.Contains(
            "cut off",
            Fails(gzip[..(gzip.Length / 2)], PatchErrors.SnapshotMalformed),
            StringComparison.Ordinal
        );
        Assert.Contains("cut off", Fails(gzip[..9], PatchErrors.SnapshotMalformed), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_encodings_are_named()
    {
        Assert.Contains(
            "UTF-16",
            Fails(
                Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray(),
                PatchErrors.SnapshotMalformed
            ),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "snap.json: the document is not UTF-8 text",
            Fails(
                "{\"a\": \"\xFC\"}"u8.ToArray().Select(b => b == 0xC3 ? (byte)0xFF : b).ToArray(),
                PatchErrors.SnapshotMalformed
            )
        );
    }

    [Fact]
    public void Size_and_nesting_are_bounded()
    {
        Assert.Equal(
            "snap.json: the document is larger than 16777216 bytes",
            Fails(new byte[SnapshotReader.MaxBytes + 1], PatchErrors.SnapshotMalformed)
        );
        var bomb = Gzip(Enumerable.Repeat((byte)' ', SnapshotReader.MaxBytes + 1).ToArray());
        Assert.Equal(
            "snap.json: the document is larger than 16777216 bytes",
            Fails(bomb, PatchErrors.SnapshotMalformed)
        );
        Assert.Equal(
            "snap.json: the document is nested deeper than 64 levels",
            Fails(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), PatchErrors.SnapshotMalformed)
        );
        Assert.Equal(
            "snap.json: the document is nested deeper than 64 levels",
            Fails(new string('[', 65) + new string(']', 65), PatchErrors.SnapshotMalformed)
        );
    }

    [Fact]
    public void Texts_in_messages_are_short_and_on_one_line()
    {
        var message = Fails(
            Change(b => b["approvalRules"]!["rules"]![0]!["complianceLevel"] = "a\n\u001b[31m" + new string('x', 5000)),
            PatchErrors.BaselineInvalid
        );
        Assert.DoesNotContain(message, char.IsControl);
        Assert.True(message.Length < 250);
    }

    internal static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    internal static JsonObject Change(Action<JsonObject> change)
    {
        var document = JsonNode.Parse(RecordedDocuments.Read("scan-default.json"))!.AsObject();
        change(document["patchBaseline"]!.AsObject());
        return document;
    }

    /// <summary>The API's spelling of a snapshot's baseline (reference 02 §6).</summary>
    internal static JsonNode Pascal(JsonNode node) =>
        node switch
        {
            JsonObject o => new JsonObject(
                o.Select(p =>
                    KeyValuePair.Create(
                        p.Key switch
                        {
                            "filters" => "PatchFilters",
                            "rules" => "PatchRules",
                            "filterGroup" => "PatchFilterGroup",
                            "createdTime" => "CreatedDate",
                            "modifiedTime" => "ModifiedDate",
                            _ => char.ToUpperInvariant(p.Key[0]) + p.Key[1..],
                        },
                        p.Value is null ? null : Pascal(p.Value)
                    )
                )
            ),
            JsonArray a => new JsonArray([.. a.Select(i => i is null ? null : Pascal(i))]),
            _ => node.DeepClone(),
        };

    private static SnapshotDocument Read(JsonNode document) =>
        SnapshotReader.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), Location);

    private static byte[] WithDays(string number) =>
        Encoding.UTF8.GetBytes(
            Encoding
                .UTF8.GetString(RecordedDocuments.Read("scan-default.json"))
                .Replace("\"approveAfterDays\": 7", $"\"approveAfterDays\": {number}", StringComparison.Ordinal)
        );

    private static string Fails(JsonNode document, PatchError error) => Fails(document.ToJsonString(), error);

    private static string Fails(string content, PatchError error) => Fails(Encoding.UTF8.GetBytes(content), error);

    private static string Fails(byte[] content, PatchError error)
    {
        var exception = Assert.Throws<PatchToolsException>(() => SnapshotReader.Read(content, Location));
        Assert.Equal(error, exception.Error);
        Assert.Equal(150, exception.ExitCode);
        return exception.Message;
    }

    private static void AssertFault(Action<JsonObject> change, string fault) =>
        Assert.Equal($"snap.json: {fault}", Fails(Change(change), PatchErrors.BaselineInvalid));
}
