using System.Globalization;
using System.Text;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Ports;
using PatchTools.Reports;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Reporting;

/// <summary>Reports that are larger than the service takes (reference 20 §13, design §5.8).</summary>
public sealed class ReportFitTests
{
    private static readonly InventoryItem Summary = ReportItems.Summary(ReportSamples.UbuntuScan());

    [Fact]
    public void A_report_that_fits_is_left_alone()
    {
        var item = ReportItems.Compliance(ReportSamples.RpmInstall());

        var fitted = ReportFit.Fit(Summary, item, UploadLimits.Documented);

        Assert.Same(item, fitted.Compliance);
        Assert.Equal((false, 0, 0), (fitted.CveIdsDropped, fitted.ValuesCut, fitted.Omitted));
    }

    [Fact]
    public void Cve_ids_go_first_and_alone_where_that_is_enough()
    {
        var item = Item([.. Many("Missing", "HIGH", 1000, cveIds: 40)]);

        var fitted = ReportFit.Fit(Summary, item, UploadLimits.Documented with { ItemBytes = 600_000 });

        Assert.Equal((true, 0, 1000), (fitted.CveIdsDropped, fitted.Omitted, fitted.Compliance.Content!.Count));
        Assert.DoesNotContain(fitted.Compliance.Content, e => e.Any(m => m.Key == "CVEIds"));
        Assert.Equal(ReportItems.ContentHash(fitted.Compliance.Content), fitted.Compliance.ContentHash);
    }

    [Fact]
    public void What_does_not_comply_stays_longest_the_severe_before_the_slight_and_the_order_is_kept()
    {
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> entries =
        [
            .. Many("InstalledOther", "UNSPECIFIED", 40),
            .. Many("Installed", "CRITICAL", 10),
            .. Many("Missing", "LOW", 30),
            .. Many("Failed", "CRITICAL", 10),
            .. Many("Missing", "HIGH", 10),
        ];

        var fitted = ReportFit.Fit(Summary, Item(entries), UploadLimits.Documented with { Entries = 25 });

        Assert.Equal((75, 25, 25), (fitted.Omitted, fitted.OmittedNonCompliant, fitted.Compliance.Content!.Count));
        Assert.Equal(["Missing LOW 5", "Failed CRITICAL 10", "Missing HIGH 10"], Runs(fitted.Compliance.Content));

        var compliantOnly = ReportFit.Fit(Summary, Item(entries), UploadLimits.Documented with { Entries = 55 });

        Assert.Equal((45, 0), (compliantOnly.Omitted, compliantOnly.OmittedNonCompliant));
        Assert.Equal(
            ["Installed CRITICAL 5", "Missing LOW 30", "Failed CRITICAL 10", "Missing HIGH 10"],
            Runs(compliantOnly.Compliance.Content!)
        );
    }

    [Fact]
    public void Of_one_level_states_stay_in_the_order_of_what_they_ask_for()
    {
        string[] order =
        [
            "Failed",
            "Missing",
            "InstalledRejected",
            "InstalledPendingReboot",
            "Installed",
            "InstalledOther",
        ];
        var item = Item([.. order.Reverse().SelectMany(state => Many(state, "HIGH", 1))]);

        for (var room = 1; room < order.Length; room++)
        {
            var fitted = ReportFit.Fit(Summary, item, UploadLimits.Documented with { Entries = room });

            Assert.Equal(
                order.Take(room).Reverse().Select(state => $"{state} HIGH 1"),
                Runs(fitted.Compliance.Content!)
            );
        }
    }

    [Fact]
    public void A_value_that_is_too_long_ends_with_a_whole_cve_id()
    {
        var item = Item([.. Many("Missing", "HIGH", 1, cveIds: 500)]);

        var fitted = ReportFit.Fit(Summary, item, UploadLimits.Documented);

        var value = fitted.Compliance.Content![0].Single(m => m.Key == "CVEIds").Value;
        Assert.Equal(1, fitted.ValuesCut);
        Assert.InRange(value.Length, 4096 - "CVE-2026-10000,".Length, 4096);
        Assert.All(value.Split(','), id => Assert.Matches("^CVE-2026-1[0-9]{4}$", id));
    }

    /// <summary>What is as long as allowed stays whole; a CVE id is never halved, nor a letter.</summary>
    [Theory]
    [InlineData("CVEIds", "CVE-1,CVE-2", 11, "CVE-1,CVE-2", 0)]
    [InlineData("CVEIds", "CVE-1,CVE-2", 10, "CVE-1", 1)]
    [InlineData("CVEIds", "CVE-1,CVE-2", 5, "CVE-1", 1)]
    [InlineData("CVEIds", ",CVE-2", 3, ",CV", 1)]
    [InlineData("CVEIds", "CVE-1", 3, "CVE", 1)]
    [InlineData("Title", "a,b,c", 4, "a,b,", 1)]
    [InlineData("Title", "ab\U0001F600", 3, "ab", 1)]
    [InlineData("Title", "a\U0001F600b", 3, "a\U0001F600", 1)]
    [InlineData("Title", "abc", 3, "abc", 0)]
    [InlineData("Title", "abcd", 3, "abc", 1)]
    public void A_value_is_cut_where_it_can_be(string name, string value, int characters, string left, int cut)
    {
        var item = Item([
            [new("Id", "a"), new(name, value), new("Status", "ok")],
        ]);

        var fitted = ReportFit.Fit(Summary, item, UploadLimits.Documented with { ValueCharacters = characters });

        Assert.Equal(cut, fitted.ValuesCut);
        Assert.Equal(
            [("Id", "a"), (name, left), ("Status", "ok")],
            fitted.Compliance.Content![0].Select(m => (m.Key, m.Value))
        );
    }

    /// <summary>An entry of one letter as Id takes 19 bytes: 4 of brackets, 10 of the name, 5 of the letters.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(18, 0)]
    [InlineData(19, 1)]
    [InlineData(37, 1)]
    [InlineData(38, 2)]
    [InlineData(57, 3)]
    [InlineData(58, 3)]
    public void Entries_stay_up_to_the_last_byte(int room, int entries)
    {
        var item = Item([
            .. Enumerable.Range(0, 3).Select(i => One(string.Create(CultureInfo.InvariantCulture, $"id-{i:00}"))),
        ]);
        var limits = UploadLimits.Documented with { ItemBytes = 2048 + room };
        Assert.Equal(entries, ReportFit.Fit(Summary, item, limits).Compliance.Content!.Count);

        // The same of the whole call, of which the summary takes its part.
        var taken = Summary.Content!.Sum(e => e.Sum(m => m.Key.Length + 8 + m.Value.Length) + 4);
        var call = UploadLimits.Documented with { CallBytes = 2048 + room + taken };
        Assert.Equal(entries, ReportFit.Fit(Summary, item, call).Compliance.Content!.Count);

        static IReadOnlyList<KeyValuePair<string, string>> One(string id) => [new("Id", id)];
    }

    [Theory]
    [InlineData(2048 + 19 + 18, false)]
    [InlineData(2048 + 19 + 17, true)]
    public void Cve_ids_go_only_where_they_do_not_fit(int bytes, bool dropped)
    {
        var item = Item([
            [new("Id", "id-00"), new("CVEIds", "CVE1")],
        ]);
        Assert.Equal(
            dropped,
            ReportFit.Fit(Summary, item, UploadLimits.Documented with { ItemBytes = bytes }).CveIdsDropped
        );
        Assert.True(ReportFit.Fit(Summary, item, UploadLimits.Documented, withCveIds: false).CveIdsDropped);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(9_999)]
    [InlineData(40_000)]
    public void Whatever_its_size_a_report_ends_within_every_limit_and_says_the_same_twice(int packages)
    {
        var item = Item([
            .. Many("InstalledOther", "UNSPECIFIED", packages - 700),
            .. Many("Missing", "CRITICAL", 700, cveIds: 60),
        ]);

        var fitted = ReportFit.Fit(Summary, item, UploadLimits.Documented);

        var sent = new PythonJsonWriter();
        ReportItems.Write(sent, fitted.Compliance);
        var summary = new PythonJsonWriter();
        ReportItems.Write(summary, Summary);
        Assert.InRange(sent.Written.Length, 900_000, 1_000_000 - summary.Written.Length);
        Assert.Equal(700, fitted.Compliance.Content!.Count(e => e.Any(m => m.Value == "Missing")));
        Assert.Equal(
            fitted.Compliance.ContentHash,
            ReportFit.Fit(Summary, item, UploadLimits.Documented).Compliance.ContentHash
        );
        Assert.Equal(packages, fitted.Omitted + fitted.Compliance.Content!.Count);
    }

    [Fact]
    public async Task A_report_that_is_too_large_is_sent_with_exact_counts_a_warning_and_all_of_it_kept_on_the_host()
    {
        using var directory = new TemporaryDirectory();
        var observer = new RecordingObserver();
        var host = ReportSamples.Host(directory.Path);
        var report = ReportSamples.Report([
            .. Enumerable
                .Range(0, 12_000)
                .Select(i => ReportSamples.Finding($"package-{i}.amd64", "1.0+deb12u1", PatchState.InstalledOther)),
            ReportSamples.Finding("openssl.amd64", "3", PatchState.Missing),
        ]);
        var service = new ScriptedPatchService([null]);

        var (published, receipt) = await new ReportPublisher(host, (_, _) => service, observer).PublishAsync(
            report,
            ReportSamples.InstanceId,
            ReportSamples.Region,
            CancellationToken.None
        );

        var (summary, compliance) = (service.Calls[0].Items[0], service.Calls[0].Items[1]);
        Assert.Equal((12_001, 12_001 - compliance.Content!.Count), (receipt!.Items, receipt.ItemsOmitted));
        Assert.Contains(compliance.Content, e => e.Any(m => m.Value == "openssl.amd64"));
        Assert.Equal(ReportItems.ContentHash(compliance.Content), compliance.ContentHash);
        Assert.Contains(new("InstalledOtherCount", "12000"), summary.Content![0]);
        Assert.Contains(new("MissingCount", "1"), summary.Content[0]);
        Assert.Contains("12001 packages", Assert.Single(observer.Warnings), StringComparison.Ordinal);
        Assert.Contains(
            "package-11999.amd64",
            await File.ReadAllTextAsync(published.ReportPath!, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private static InventoryItem Item(IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> entries) =>
        ReportItems.Compliance(ReportSamples.UbuntuScan()) with
        {
            Content = entries,
            ContentHash = ReportItems.ContentHash(entries),
        };

    private static IEnumerable<IReadOnlyList<KeyValuePair<string, string>>> Many(
        string state,
        string severity,
        int count,
        int cveIds = 0
    )
    {
        for (var i = 0; i < count; i++)
        {
            List<KeyValuePair<string, string>> entry =
            [
                new("Id", string.Create(CultureInfo.InvariantCulture, $"{state}-package-{i}.amd64")),
                new(
                    "Title",
                    string.Create(CultureInfo.InvariantCulture, $"{state}-package-{i}.amd64:1:2.3+dfsg-4+deb12u{i}")
                ),
                new("Severity", severity),
                new("Status", state.StartsWith("Installed", StringComparison.Ordinal) ? "COMPLIANT" : "NON_COMPLIANT"),
                new("PatchBaselineId", "pb-0123456789abcdef0"),
                new("PatchState", state),
                new("PatchGroup", "Zürich"),
                new("DocumentName", ""),
                new("DocumentVersion", ""),
                new("InstalledTime", "2026-01-02T03:04:05Z"),
                new("Classification", "Security"),
                new("PatchSeverity", "Important"),
            ];
            if (cveIds > 0)
                entry.Add(
                    new(
                        "CVEIds",
                        string.Join(
                            ',',
                            Enumerable
                                .Range(10_000, cveIds)
                                .Select(n => string.Create(CultureInfo.InvariantCulture, $"CVE-2026-{n}"))
                        )
                    )
                );
            yield return entry;
        }
    }

    /// <summary>State, severity and number of what follows one another alike.</summary>
    private static List<string> Runs(IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> content)
    {
        List<(string Kind, int Count)> runs = [];
        foreach (var entry in content)
        {
            var kind = new StringBuilder()
                .Append(entry.Single(m => m.Key == "PatchState").Value)
                .Append(' ')
                .Append(entry.Single(m => m.Key == "Severity").Value)
                .ToString();
            if (runs.Count > 0 && runs[^1].Kind == kind)
                runs[^1] = (kind, runs[^1].Count + 1);
            else
                runs.Add((kind, 1));
        }

        return [.. runs.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Kind} {r.Count}"))];
    }
}
