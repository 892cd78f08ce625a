using System.Globalization;

namespace PatchTools.Tests;

/// <summary>
/// Reports for the exported files: a plausible host, one with ten thousand packages, and one whose packages attack
/// whoever reads of them.
/// </summary>
internal static class ReportSamples
{
    /// <summary>What a repository could call its packages and versions.</summary>
    public static IReadOnlyList<string> Hostile { get; } =
    [
        "<script>window.attacked = 1</script>",
        "\"><img src=x onerror=\"window.attacked=1\">",
        "' onmouseover='window.attacked=1",
        "</td></tr></table><h1>attacked</h1>",
        "</script><script>window.attacked=1</script>",
        "=cmd|'/c calc'!A1",
        "@SUM(1+1)",
        "a,b\"c\nd",
        "javascript:window.attacked=1",
        "| x | [link](http://example.org) `code` **bold** <b>",
        "\u202Egnp.exe",
        "\0\u0001\u001b[31m",
        "]]><x/>&amp;&#60;",
        "-->",
    ];

    private static readonly (
        string Name,
        string From,
        string To,
        string Severity,
        string Level,
        string Advisory,
        string Cves
    )[] _missing =
    [
        (
            "kernel",
            "5.14.0-427.13.1.el9_4",
            "5.14.0-427.31.1.el9_4",
            "Important",
            "CRITICAL",
            "RHSA-2026:5101",
            "CVE-2026-26642 CVE-2026-26643 CVE-2026-26656 CVE-2026-26675"
        ),
        (
            "openssl",
            "1:3.0.7-27.el9",
            "1:3.0.7-28.el9_4",
            "Critical",
            "CRITICAL",
            "RHSA-2026:4783",
            "CVE-2026-2511 CVE-2026-4603"
        ),
        (
            "openssl-libs",
            "1:3.0.7-27.el9",
            "1:3.0.7-28.el9_4",
            "Critical",
            "CRITICAL",
            "RHSA-2026:4783",
            "CVE-2026-2511 CVE-2026-4603"
        ),
        ("glibc", "2.34-100.el9", "2.34-100.el9_4.3", "Important", "HIGH", "RHSA-2026:3339", "CVE-2026-2961"),
        ("curl", "7.76.1-29.el9_4", "7.76.1-29.el9_4.1", "Moderate", "MEDIUM", "RHSA-2026:5529", "CVE-2026-2398"),
        ("libcurl", "7.76.1-29.el9_4", "7.76.1-29.el9_4.1", "Moderate", "MEDIUM", "RHSA-2026:5529", "CVE-2026-2398"),
        (
            "bind-libs",
            "32:9.16.23-18.el9_4.1",
            "32:9.16.23-18.el9_4.6",
            "Important",
            "HIGH",
            "RHSA-2026:5231",
            "CVE-2026-1737 CVE-2026-1975 CVE-2026-4076"
        ),
        (
            "python3",
            "3.9.18-3.el9",
            "3.9.18-3.el9_4.5",
            "Important",
            "HIGH",
            "RHSA-2026:6163",
            "CVE-2026-6232 CVE-2026-8088"
        ),
        ("sudo", "1.9.5p2-10.el9_3", "1.9.5p2-10.el9_4.1", "Low", "LOW", "RHSA-2026:0811", ""),
    ];

    /// <summary>A web server that is some weeks behind.</summary>
    public static ComplianceReport Plausible()
    {
        List<PatchFinding> findings =
        [
            .. _missing.Select(row =>
                Samples.Missing(
                    row.Name,
                    row.From,
                    row.To,
                    "Security",
                    row.Severity,
                    Enum.Parse<ComplianceLevel>(row.Level),
                    $"rule 1 approves {row.Advisory}"
                ) with
                {
                    CveIds = row.Cves.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                    AdvisoryIds = [row.Advisory],
                    Explanation = new FindingExplanation
                    {
                        Decision = DecisionKind.ApprovalRule,
                        Summary = $"rule 1 approves {row.Advisory}",
                        Rule = 1,
                        Observations =
                        [
                            $"judged {row.To} as {row.Advisory} describes it",
                            "rule 1, CLASSIFICATION: wants Security; saw Security: matches",
                            $"rule 1, SEVERITY: wants *; saw {row.Severity}: matches",
                            "rule 1, release date: wants 7 days old; saw 2026-02-20",
                        ],
                    },
                }
            ),
            Samples.Missing(
                "httpd",
                "2.4.57-8.el9",
                "2.4.57-11.el9_4.1",
                "Security",
                "Important",
                ComplianceLevel.HIGH,
                "rule 1 approves RHSA-2026:5138"
            ) with
            {
                State = PatchState.Failed,
                CveIds = ["CVE-2026-38474", "CVE-2026-38475"],
                Setback = new PatchSetback(
                    new PatchTarget
                    {
                        Name = "httpd",
                        Architecture = "x86_64",
                        Edition = "2.4.57-11.el9_4.1",
                        Id = "httpd",
                    },
                    SetbackKind.Dependency,
                    "nothing provides httpd-core = 2.4.57-11.el9_4.1"
                ),
            },
            Samples.Installed("telnet-server", PatchState.InstalledRejected, "rejected by 'telnet*'"),
            Samples.Installed(
                "systemd",
                PatchState.InstalledPendingReboot,
                "installed by a patch run, and the host has not booted since"
            ) with
            {
                ComplianceLevel = ComplianceLevel.HIGH,
                Severity = "Important",
            },
        ];
        for (var i = 0; i < 260; i++)
            findings.Add(
                Samples.Installed(
                    $"{_words[i % _words.Length]}"
                        + $"{(i < _words.Length ? "" : "-" + _parts[i / _words.Length % _parts.Length])}",
                    i % 5 == 0 ? PatchState.Installed : PatchState.InstalledOther,
                    i % 5 == 0 ? "rule 1 approves the installed version" : "no advisory names it, and no rule matches"
                ) with
                {
                    InstalledVersion = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{1 + (i % 7)}.{i % 31}.{i % 10}-{1 + (i % 40)}.el9"
                    ),
                    Classification = i % 5 == 0 ? "Security" : "",
                    Severity = i % 5 == 0 ? "Moderate" : "",
                }
            );
        return Report(findings) with
        {
            Warnings = ["approved patch 'opensll*' matches no package known to this host"],
            Uploaded = true,
            UploadNote = null,
            Start = Samples.Noon.AddSeconds(-3),
            End = Samples.Noon,
        };
    }

    /// <summary>Ten thousand packages, of which a third does not comply.</summary>
    public static ComplianceReport Large(int count = 10_000) =>
        Report([
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var open = i % 3 == 0;
                    var finding = Samples.Missing(
                        $"{_words[i % _words.Length]}-{_parts[i % _parts.Length]}-"
                            + $"{i.ToString(CultureInfo.InvariantCulture)}",
                        $"1.{i % 90}-1",
                        open ? $"1.{(i % 90) + 1}-1" : "",
                        open ? "Security" : "",
                        open ? _severities[i % 4] : "",
                        ComplianceLevel.UNSPECIFIED,
                        open ? "rule 1 approves the update" : "no advisory names it, and no rule matches"
                    );
                    return finding with
                    {
                        State = open ? PatchState.Missing : PatchState.InstalledOther,
                        CveIds = open ? [string.Create(CultureInfo.InvariantCulture, $"CVE-2026-{10000 + i}")] : [],
                    };
                }),
        ]);

    /// <summary>Every text of it is an attack.</summary>
    public static ComplianceReport Attack()
    {
        List<PatchFinding> findings =
        [
            .. Hostile.Select(text =>
                Samples.Missing(text, text, text, text, text, ComplianceLevel.HIGH, text) with
                {
                    CveIds = [text, "CVE-2026-1234"],
                    AdvisoryIds = [text],
                    Explanation = new FindingExplanation
                    {
                        Decision = DecisionKind.ApprovalRule,
                        Summary = text,
                        Observations = [text],
                        HostPolicy = [text],
                        HeldBackEdition = text,
                    },
                }
            ),
        ];
        var report = Report(findings);
        return report with
        {
            Warnings = Hostile,
            UploadNote = Hostile[0],
            Snapshot = report.Snapshot with
            {
                Baseline = report.Snapshot.Baseline with { Name = Hostile[1] },
                InstanceId = Hostile[2],
                Product = Hostile[3],
            },
            Inventory = Samples.Inventory([
                .. Hostile.Select(text => Samples.Repository(text, RepositoryStatus.RefreshFailed, text)),
            ]) with
            {
                Facts = new HostFacts { HostName = Hostile[0], RunningKernel = Hostile[4] },
            },
        };
    }

    /// <summary>Weekly runs before the report.</summary>
    public static PatchSummary[] History(int count) =>
        [
            .. Enumerable
                .Range(1, count)
                .Select(i => new PatchSummary
                {
                    BaselineId = "pb-0123456789abcdef0",
                    SnapshotId = "0aa8b0f0-5f4c-4e4e-9d0b-3a1f6b0c9d11",
                    ExecutionId = string.Create(CultureInfo.InvariantCulture, $"run-{i}"),
                    Operation = "Scan",
                    RebootOption = "NoReboot",
                    OperationStart = Samples.Noon.AddDays(-i * 7),
                    OperationEnd = Samples.Noon.AddDays(-i * 7),
                    Counts = new ComplianceCounts
                    {
                        Missing = i % 4 * 5,
                        Failed = i % 6 == 0 ? 2 : 0,
                        InstalledPendingReboot = i % 5 == 1 ? 3 : 0,
                        InstalledRejected = 1,
                    },
                    Path = "/var/lib/patchtools/history/1.json",
                }),
        ];

    private static ComplianceReport Report(IReadOnlyList<PatchFinding> findings)
    {
        var report = Samples.Report([.. findings]);
        return report with
        {
            Snapshot = report.Snapshot with
            {
                InstanceId = "i-0123456789abcdef0",
                Region = "eu-central-1",
                Product = "RedhatEnterpriseLinux9.4",
                Baseline = report.Snapshot.Baseline with { Name = "web-servers", BaselineId = "pb-0123456789abcdef0" },
                Origin = SnapshotOrigin.Service,
            },
            Inventory = Samples.Inventory(
                Samples.Repository("rhel-9-for-x86_64-baseos-rpms") with
                {
                    PublishedAt = Samples.Noon.AddHours(-20),
                    HasAdvisories = true,
                },
                Samples.Repository("rhel-9-for-x86_64-appstream-rpms") with
                {
                    PublishedAt = Samples.Noon.AddHours(-20),
                    HasAdvisories = true,
                },
                Samples.Repository("internal-tools") with
                {
                    HasAdvisories = false,
                },
                Samples.Repository(
                    "epel",
                    RepositoryStatus.Stale,
                    "last refreshed 11 days ago; refresh it as root with Get-PatchInventory -Refresh"
                ) with
                {
                    SkipIfUnavailable = true,
                    RefreshedAt = Samples.Noon.AddDays(-11),
                }
            ) with
            {
                PackageManager = "dnf",
                OperatingSystem = new OsRelease
                {
                    Id = "rhel",
                    VersionId = "9.4",
                    PrettyName = "Red Hat Enterprise Linux 9.4 (Plow)",
                },
                Facts = new HostFacts
                {
                    HostName = "web-1.example.org",
                    RunningKernel = "5.14.0-427.13.1.el9_4.x86_64",
                    BootTime = Samples.Noon.AddDays(-41),
                },
            },
        };
    }

    private static readonly string[] _words =
    [
        "acl",
        "audit-libs",
        "bash",
        "bzip2-libs",
        "ca-certificates",
        "chrony",
        "coreutils",
        "cracklib",
        "crypto-policies",
        "dbus",
        "dnf",
        "elfutils",
        "expat",
        "file",
        "filesystem",
        "gawk",
        "gdbm",
        "gnupg2",
        "gnutls",
        "grep",
        "gzip",
        "iproute",
        "jansson",
        "krb5",
        "less",
        "libarchive",
        "libcap",
        "libssh",
        "lz4",
        "ncurses",
        "nettle",
        "openldap",
        "pam",
        "pcre2",
        "popt",
        "rpm",
        "sed",
        "sqlite",
        "tar",
        "xz",
    ];

    private static readonly string[] _parts = ["libs", "common", "devel", "doc", "tools", "data", "core"];

    private static readonly string[] _severities = ["Critical", "Important", "Moderate", "Low"];
}
