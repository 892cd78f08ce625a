namespace PatchTools.Tests.Views;

public sealed class ViewTests
{
    public static TheoryData<int> Widths => [80, 100];

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_report_shows_verdict_counts_and_what_is_to_do(int width) =>
        Matches("report", width, Samples.NonCompliantReport());

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_compliant_report_is_short(int width) =>
        Matches("report-compliant", width, Samples.Report(Samples.Installed("bash")));

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_report_that_proves_nothing_says_so_and_names_the_repositories(int width) =>
        Matches(
            "report-not-proven",
            width,
            Samples.NonCompliantReport() with
            {
                Inventory = Samples.Inventory(
                    Samples.Repository(
                        "http://deb.debian.org/debian bookworm main",
                        RepositoryStatus.Stale,
                        "last refreshed 40 days ago; refresh it as root with Get-PatchInventory -Refresh"
                    ),
                    Samples.Repository("http://security.debian.org/debian-security bookworm-security main")
                ),
                Warnings = ["The boot time of the host is unknown."],
                ExitCode = 1,
            }
        );

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_report_that_judges_nothing_says_why_with_its_caution_beside_it(int width) =>
        Matches(
            "report-nothing-judged",
            width,
            Samples.Report(Samples.Installed("bash", PatchState.InstalledOther, "left out by the global filters")) with
            {
                NothingJudgedBecause =
                    "the baseline's global filters leave out this product (PRODUCT wants Debian11; this host "
                    + "is Debian12)",
                Inventory = Samples.Inventory() with
                {
                    Cautions =
                    [
                        "Debian GNU/Linux 12 (bookworm) has had no updates since 2026-01-01: compliant means "
                            + "only that there is nothing more to install.",
                    ],
                },
            }
        );

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_report_with_many_findings_shows_the_first_twenty_and_counts_the_rest(int width) =>
        Matches(
            "report-many",
            width,
            Samples.Report([
                .. Enumerable
                    .Range(1, 30)
                    .Select(i =>
                        Samples.Missing(
                            $"library{i:00}",
                            "1.0-1",
                            "1.0-2",
                            level: i == 30 ? ComplianceLevel.CRITICAL : ComplianceLevel.UNSPECIFIED
                        )
                    ),
            ])
        );

    [Theory]
    [MemberData(nameof(Widths))]
    public void Findings_show_as_a_table_by_state(int width) =>
        Matches("findings", width, [.. Samples.NonCompliantReport().Findings]);

    [Theory]
    [MemberData(nameof(Widths))]
    public void An_assessment_shows_verdict_reasons_and_what_to_restart(int width)
    {
        var needed = new RebootAssessment
        {
            Reasons =
            [
                new RebootReason(
                    RebootSign.DistributionFlag,
                    "the distribution asks for it in /run/reboot-required because of libc6, linux-base"
                ),
                new RebootReason(RebootSign.Kernel, "kernel 6.1.0-21-amd64 is installed and 6.1.0-18-amd64 runs"),
            ],
            Unknown =
            [
                "3 of 120 processes cannot be looked into without root, so whether they use replaced files is unknown",
            ],
            Services = ["cron.service", "ssh.service"],
            Processes = ["bash (814)"],
            BootTime = Samples.Noon.AddDays(-20),
            RunningKernel = "6.1.0-18-amd64",
            AssessedAt = Samples.Noon,
        };
        object[] objects =
        [
            needed,
            needed with
            {
                Reasons = [],
            },
            needed with
            {
                Reasons = [],
                Unknown = [],
            },
            new RebootAssessment { AssessedAt = Samples.Noon },
        ];
        Approval.Matches(
            $"reboot-{width}",
            string.Concat(
                objects.Select(value =>
                {
                    using var session = new Session(width);
                    return $"== {((RebootAssessment)value).VerdictText}\n{session.Show(value)}";
                })
            )
        );
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_other_objects_have_views_of_their_own(int width)
    {
        var snapshot = Samples.Snapshot();
        var inventory = Samples.Inventory(
            Samples.Repository("http://deb.debian.org/debian bookworm main"),
            Samples.Repository(
                "http://dead.example.com/debian bookworm main",
                RepositoryStatus.RefreshFailed,
                "404 Not Found"
            )
        );
        object[] objects =
        [
            snapshot,
            snapshot.Baseline,
            snapshot.Baseline.ApprovalRules[0],
            snapshot.Baseline.ApprovalRules[0].Filters[0],
            inventory,
            inventory.Installed[0],
            inventory.Repositories[1],
            Samples.NonCompliantReport().Findings[^1].Explanation,
            new PackageOffer(
                "libssl3",
                "amd64",
                "3.0.14-1~deb12u1",
                "optional",
                "libs",
                [
                    new PackageOrigin
                    {
                        Archive = "stable-security",
                        Component = "main",
                        Repository = 0,
                    },
                ],
                []
            ),
            new PatchSummary
            {
                BaselineId = "pb-0123456789abcdef0",
                SnapshotId = snapshot.SnapshotId,
                ExecutionId = "7b7f2f6e-7d0c-4f0b-8f6a-2f9f5f0f9f01",
                Operation = "Scan",
                RebootOption = "NoReboot",
                OperationStart = Samples.Noon,
                OperationEnd = Samples.Noon.AddSeconds(1),
                Counts = Samples.NonCompliantReport().Counts,
                Path = "/var/lib/patchtools/history/1.json",
            },
            new PublishReceipt
            {
                InstanceId = "i-0123456789abcdef0",
                Region = "eu-central-1",
                SnapshotId = snapshot.SnapshotId,
                SummaryHash = "",
                ComplianceHash = "",
                ContentSent = true,
                Items = 834,
                SentAt = Samples.Noon,
            },
        ];
        Approval.Matches(
            $"objects-{width}",
            string.Concat(
                objects.Select(value =>
                {
                    using var session = new Session(width);
                    return $"== {value.GetType().Name}\n{session.Show(value)}";
                })
            )
        );
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_is_known_of_a_fleet_shows_as_tables_within_the_screen(int width)
    {
        var compliant = new InstanceCompliance
        {
            InstanceId = "i-0123456789abcdef0",
            PatchGroup = "web servers",
            Operation = "Scan",
            OperationEnd = Samples.Noon,
            InstalledCount = 60,
        };
        object[][] tables =
        [
            [
                compliant,
                compliant with
                {
                    InstanceId = "i-0123456789abcdef1",
                    MissingCount = 12345,
                    FailedCount = 3,
                    InstalledPendingRebootCount = 1,
                    InstalledRejectedCount = 2,
                },
                new InstanceCompliance { InstanceId = "mi-0123456789abcdef0" },
            ],
            [
                new InstancePatch
                {
                    InstanceId = "i-0123456789abcdef0",
                    Id = "libssl3.amd64",
                    Title = "libssl3.amd64:3.0.14-1~deb12u1",
                    State = "InstalledPendingReboot",
                    Severity = "important",
                    Classification = "Security",
                },
            ],
            [
                new FleetOperation
                {
                    Kind = FleetOperationKind.Association,
                    Id = "0aa8b0f0-5f4c-4e4e-9d0b-3a1f6b0c9d11",
                    Operation = PatchOperation.Install,
                    Region = "eu-central-1",
                    DocumentName = "x",
                    Targets = "tag Env=prod,test and tag Role=web",
                    Status = "InProgress",
                    StartedAt = Samples.Noon,
                },
            ],
            [
                new FleetInvocation
                {
                    InstanceId = "i-0123456789abcdef0",
                    InstanceName = "web-1.example.com",
                    Status = "Failed",
                    StatusDetails = "NonZeroExitCode",
                    ExitCode = 143,
                    At = Samples.Noon,
                    OperationId = "x",
                },
                new FleetInvocation
                {
                    InstanceId = "i-0123456789abcdef1",
                    Status = "TimedOut",
                    StatusDetails = "DeliveryTimedOut",
                    OperationId = "x",
                },
            ],
        ];
        Approval.Matches(
            $"fleet-{width}",
            string.Concat(
                tables.Select(objects =>
                {
                    using var session = new Session(width);
                    var shown = session.Show(objects);
                    Assert.All(shown.Split('\n'), line => Assert.True(line.Length <= width, line));
                    return $"== {objects[0].GetType().Name}\n{shown}";
                })
            )
        );
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Issues_of_a_baseline_and_its_sources_show_as_tables(int width)
    {
        var baseline = Samples.Snapshot().Baseline with
        {
            Name = "x",
            ApprovedPatches = ["CVE-2026-1", new string('p', 90)],
            Sources =
            [
                new PatchSource("mirror", ["Debian12"], "deb https://mirror.example.org/debian bookworm main\n"),
            ],
        };
        using var session = new Session(width);
        session.Show(PatchTools.Baselines.BaselineCheck.Of(baseline, null));
        Approval.Matches($"baseline-issues-{width}", session.Show(baseline.Sources[0]));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void No_line_of_a_report_is_wider_than_the_screen(int width)
    {
        var report = Samples.NonCompliantReport() with
        {
            Warnings = [string.Join(' ', Enumerable.Repeat("word", 60)), new string('x', 300)],
            Findings =
            [
                Samples.Missing(
                    new string('n', 90),
                    new string('1', 70),
                    new string('2', 70),
                    why: new string('w', 200)
                ),
            ],
        };
        using var session = new Session(width);
        Assert.All(session.Show(report).Split('\n'), line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void A_report_on_a_terminal_is_coloured_and_says_the_same()
    {
        using var plain = new Session(100);
        using var coloured = new Session(100, colours: true);
        var text = coloured.Show(Samples.NonCompliantReport());
        Assert.Contains("\u001b[31mNot compliant", text, StringComparison.Ordinal);
        Assert.Equal(
            plain.Show(Samples.NonCompliantReport()),
            System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;]*m", "")
        );
    }

    [Fact]
    public void A_host_without_a_screen_gets_a_hundred_columns_and_no_colour()
    {
        using var wide = new Session(100);
        Assert.Equal(
            wide.Show(Samples.NonCompliantReport()).Trim('\n'),
            string.Join('\n', PatchTools.Views.ReportView.Lines(Samples.NonCompliantReport(), host: null, style: null))
        );
    }

    /// <summary>Columns of fixed width leave room for the one that takes the rest.</summary>
    [Fact]
    public void No_table_is_wider_than_eighty_columns() =>
        Assert.All(
            System
                .Xml.Linq.XDocument.Load(Path.Combine(StagedModule.Folder, "PatchTools.Format.ps1xml"))
                .Descendants("TableControl"),
            table =>
            {
                var widths = table
                    .Element("TableHeaders")!
                    .Elements("TableColumnHeader")
                    .Select(column => (int?)column.Element("Width"))
                    .ToList();
                var rest = widths.Any(width => width is null) ? 12 : 0;
                Assert.InRange(widths.Sum(width => (width ?? 0) + 1) + rest, 1, 80);
            }
        );

    [Fact]
    public void Every_type_that_a_cmdlet_writes_has_a_view()
    {
        var views = File.ReadAllText(Path.Combine(StagedModule.Folder, "PatchTools.Format.ps1xml"));
        var written = Surface
            .Cmdlets.SelectMany(type =>
                type.GetCustomAttributes(typeof(System.Management.Automation.OutputTypeAttribute), false)
            )
            .SelectMany(attribute => ((System.Management.Automation.OutputTypeAttribute)attribute).Type)
            .Where(type => type.Type.Namespace == "PatchTools");
        Assert.All(
            written,
            type => Assert.Contains($"<TypeName>{type.Name}</TypeName>", views, StringComparison.Ordinal)
        );
    }

    private static void Matches(string name, int width, params object[] objects)
    {
        using var session = new Session(width);
        Approval.Matches($"{name}-{width}", session.Show(objects));
    }
}
