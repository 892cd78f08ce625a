using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>How a scan of a host ends that nothing can be told of.</summary>
internal enum ProofEnd
{
    /// <summary>Saved, not sent, and an error.</summary>
    NotProven,

    /// <summary>Sent, and said that the baseline judges nothing here.</summary>
    NothingJudged,

    /// <summary>The scan ends with an error before it has anything to say.</summary>
    Error,

    /// <summary>The tool coped, and the update is found.</summary>
    Found,
}

/// <summary>
/// What keeps a host from being proven, done to real repositories, caches and databases of a real tool: none of it may
/// ever look compliant. The host misses an update.
/// </summary>
public abstract partial class ProofScenarios : ToolScenarios
{
    private protected const string NoRefresh = "-NoRefresh";

    /// <summary>What is left of a damaged database may be read, and doubted.</summary>
    private static readonly ProofEnd[] s_database = [ProofEnd.Error, ProofEnd.NotProven];

    /// <summary>What is the same to every tool: what is done, how the scan ends, its arguments.</summary>
    private protected static Dictionary<string, Kind> Common { get; } =
        new(StringComparer.Ordinal)
        {
            ["nothing wrong"] = new(_ => { }) { Ends = [ProofEnd.Found] },
            ["lists that are not there"] = new(h => h.Server.Break(h.List, ArchiveFault.NotFound)),
            ["lists cut on the way"] = new(h => h.Server.Break(h.List, ArchiveFault.Truncated)),
            ["lists of other bytes"] = new(h => h.Server.Break(h.List, ArchiveFault.Corrupt)),
            ["a table of contents that is not there"] = new(h => h.Server.Break(h.Contents, ArchiveFault.NotFound)),
            ["a table of contents cut on the way"] = new(h => h.Server.Break(h.Contents, ArchiveFault.Truncated)),
            ["a table of contents of other bytes"] = new(h => h.Server.Break(h.Contents, ArchiveFault.Corrupt)),
            ["a repository that hangs up"] = new(h => h.Server.Break("/", ArchiveFault.Reset)),
            ["nothing fetched"] = new(_ => { }) { Arguments = NoRefresh },
            ["lists older than allowed"] = new(h =>
            {
                Fetched(h, "");
                h.Server.Break("/", ArchiveFault.Reset);
            })
            {
                Arguments = "-MaxMetadataAge ([timespan]::FromMilliseconds(1))",
            },
            ["a clock behind the files"] = new(h => Fetched(h, "-exec touch -d '2 days' {} +"))
            {
                Arguments = NoRefresh,
            },
            ["lists lost after they were fetched"] = new(h => Fetched(h, $"-name '{h.CachedList}' -delete"))
            {
                Arguments = NoRefresh,
            },
            ["lists cut after they were fetched"] = new(h =>
                Fetched(h, $"-name '{h.CachedList}' -size +0 -exec truncate -s 100 {{}} +")
            )
            {
                Arguments = NoRefresh,
            },
            ["lists of zeros"] = new(h =>
                Fetched(
                    h,
                    $"-name '{h.CachedList}' -exec sh -c 'dd if=/dev/zero of=$0 bs=$(stat -c %s $0) count=1' {{}} \\;"
                )
            )
            {
                Arguments = NoRefresh,
            },
            ["no repository"] = new(h => h.Shell($"rm {h.Sources}/*")),
            ["no room for the lists"] = new(h => h.Shell($"mkdir -p {h.Cache}; mount -t tmpfs -o size=8k t {h.Cache}")),
            ["a tool that dies while it asks"] = new(h => h.InsteadOfTheTool("kill -9 $$")) { Ends = [ProofEnd.Error] },
            ["a tool that asks nobody and calls it done"] = new(h => h.InsteadOfTheTool("exit 0")),
            ["a database that is gone"] = new(h => h.Shell($"rm {h.Database}")) { Ends = s_database },
            ["a database of zeros"] = new(h =>
                h.Shell(
                    $"for f in {h.Database}; do test ! -s $f || dd if=/dev/zero of=$f bs=$(stat -c %s $f) count=1; done"
                )
            )
            {
                Ends = s_database,
            },
            ["a database that is cut"] = new(h => h.Shell($"truncate -s -5000 {h.Database}")) { Ends = s_database },
            ["a database with a hole"] = new(h =>
                h.Shell(
                    $"for f in {h.Database}; do s=$(stat -c %s $f); dd if=/dev/zero of=$f bs=1 seek=$((s / 4)) "
                        + "count=$((s / 2)) conv=notrunc; done"
                )
            )
            {
                // Where nothing of it lies in the hole, everything is still there.
                Ends = [.. s_database, ProofEnd.Found],
            },
            ["a database that has lost a page"] = new(h =>
                h.Shell($"for f in {h.Database}; do dd if=/dev/zero of=$f bs=4096 seek=1 count=1 conv=notrunc; done")
            )
            {
                Ends = [.. s_database, ProofEnd.Found],
            },
            ["a database that is an empty file"] = new(h => h.Shell($"truncate -s 0 {h.Database}"))
            {
                Ends = s_database,
            },
        };

    private protected void NeverGreen(Dictionary<string, Kind> kinds, string kind, Func<ProofHost> make)
    {
        using var host = make();
        kinds[kind].Spoil(host);

        var seen = host.Scan(kinds[kind].Arguments);

        Assert.NotEqual("Compliant", seen.Verdict);
        Assert.NotEqual("True", seen.Quiet);
        var end = seen switch
        {
            { Error: "MetadataNotProven" } => ProofEnd.NotProven,
            { Error: not null } => ProofEnd.Error,
            { Verdict: "NothingJudged" } => ProofEnd.NothingJudged,
            { FindsTheUpdate: true } => ProofEnd.Found,
            _ => throw new InvalidOperationException($"{seen} is none of the ways in which it may end"),
        };
        Assert.Contains(end, kinds[kind].Ends);
        Assert.Equal(end is ProofEnd.NothingJudged or ProofEnd.Found, seen.IsSent);
    }

    private protected static TheoryData<string> Of(Dictionary<string, Kind> kinds) => [.. kinds.Keys];

    private protected static Dictionary<string, Kind> With(params (string Name, Kind Kind)[] own)
    {
        Dictionary<string, Kind> kinds = new(Common, StringComparer.Ordinal);
        foreach (var (name, kind) in own)
            kinds[name] = kind;
        return kinds;
    }

    /// <summary>Lets the tool fetch its lists, and does something to what it keeps.</summary>
    private protected static void Fetched(ProofHost host, string find) =>
        host.Shell($"{host.Fetch} && find {host.Cache} -type f {find}");

    /// <summary>Repositories of rpm that say that they were made the day after tomorrow.</summary>
    private protected static void MadeInTheFuture(ProofHost host) =>
        host.Rewrite(
            "repomd.xml",
            text =>
                RepomdTime()
                    .Replace(
                        text,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"<$1>{TimeProvider.System.GetUtcNow().AddDays(2).ToUnixTimeSeconds()}</$1>"
                        )
                    )
        );

    [GeneratedRegex("<(revision|timestamp)>[0-9]+</(?:revision|timestamp)>")]
    private static partial Regex RepomdTime();

    /// <summary>One thing that is wrong with a host.</summary>
    private protected sealed record Kind(Action<ProofHost> Spoil)
    {
        /// <summary>How the scan may end.</summary>
        public IReadOnlyList<ProofEnd> Ends { get; init; } = [ProofEnd.NotProven];

        /// <summary>Of the scan.</summary>
        public string Arguments { get; init; } = "";
    }
}

/// <summary>The same on hosts of dnf.</summary>
public abstract class DnfProofScenarios : ProofScenarios
{
    private static readonly Dictionary<string, Kind> s_kinds = With(
        (
            "lists fetched a month ago and none since",
            new(h =>
            {
                h.Shell($"{h.Fetch} && find {h.Cache} -exec touch -d '30 days ago' {{}} +");
                h.Server.Break("/", ArchiveFault.Reset);
            })
        ),
        ("advisories that are not there", new(h => h.Server.Break("-updateinfo.xml", ArchiveFault.NotFound))),
        ("advisories of other bytes", new(h => h.Server.Break("-updateinfo.xml", ArchiveFault.Corrupt))),
        (
            "advisories lost after they were fetched",
            new(h => Fetched(h, "-name '*-updateinfo.xml*' -delete")) { Arguments = NoRefresh }
        ),
        ("a clock behind the metadata", new(MadeInTheFuture)),
        (
            "a dispensable repository that is dead",
            new(h =>
            {
                h.Shell($"echo skip_if_unavailable=1 >> {h.Sources}/base.repo");
                h.Server.Break("/", ArchiveFault.Reset);
            })
        ),
        ("a signature that must be there", new(h => h.Shell($"echo repo_gpgcheck=1 >> {h.Sources}/base.repo"))),
        ("repositories switched off", new(h => h.Shell($"echo enabled=0 >> {h.Sources}/base.repo")))
    );

    public static TheoryData<string> Kinds => Of(s_kinds);

    [Theory]
    [Sampled]
    [MemberData(nameof(Kinds))]
    public void What_proves_nothing_is_never_green(string kind) =>
        NeverGreen(s_kinds, kind, () => ProofHost.Of(DnfHost(), System.Tool));
}

/// <summary>The same on hosts of zypper.</summary>
public abstract class ZypperProofScenarios : ProofScenarios
{
    private static readonly Dictionary<string, Kind> s_kinds = With(
        (
            "lists fetched a month ago and none since",
            new(h =>
            {
                h.Shell($"{h.Fetch} && find {h.Cache} -exec touch -d '30 days ago' {{}} +");
                h.Server.Break("/", ArchiveFault.Reset);
            })
        ),
        ("advisories that are not there", new(h => h.Server.Break("-updateinfo.xml", ArchiveFault.NotFound))),
        ("advisories of other bytes", new(h => h.Server.Break("-updateinfo.xml", ArchiveFault.Corrupt))),
        (
            "advisories lost after they were fetched",
            new(h => Fetched(h, "-name '*-updateinfo.xml*' -delete")) { Arguments = NoRefresh }
        ),
        ("a clock behind the metadata", new(MadeInTheFuture)),
        ("a signature that must be there", new(h => h.Shell($"echo repo_gpgcheck=1 >> {h.Sources}/base.repo"))),
        ("repositories switched off", new(h => h.Shell($"sed -i s/enabled=1/enabled=0/ {h.Sources}/base.repo")))
    );

    public static TheoryData<string> Kinds => Of(s_kinds);

    [Theory]
    [Sampled]
    [MemberData(nameof(Kinds))]
    public void What_proves_nothing_is_never_green(string kind) =>
        NeverGreen(s_kinds, kind, () => ProofHost.Of(ZypperHost()));
}

/// <summary>The same on hosts of apt.</summary>
public abstract class AptProofScenarios : ProofScenarios
{
    private const string Keyring = "/usr/share/keyrings/synthetic.gpg";

    private static readonly Dictionary<string, Kind> s_kinds = With(
        ("a keyring that is gone", new(h => h.Shell($"rm {Keyring}"))),
        ("a keyring of somebody else", new(Stranger)),
        ("a signature that is not there", new(h => h.Server.Break("InRelease", ArchiveFault.NotFound))),
        (
            "a signed table of contents that was changed",
            new(h => h.Rewrite("InRelease", text => text.Replace("Suite: stable", "Suite: changed")))
        ),
        (
            "no archive of security updates",
            new(h => h.Shell($"sed -i 's/ bookworm-security//' {h.Sources}/*"))
            {
                Ends = [ProofEnd.NothingJudged, ProofEnd.NotProven],
            }
        ),
        ("repositories switched off", new(h => h.Shell($"sed -i '1iEnabled: no' {h.Sources}/*")))
    );

    public static TheoryData<string> Kinds => Of(s_kinds);

    [Theory]
    [Sampled]
    [MemberData(nameof(Kinds))]
    public void What_proves_nothing_is_never_green(string kind) =>
        NeverGreen(s_kinds, kind, () => ProofHost.Of(AptHost()));

    private static void Stranger(ProofHost host)
    {
        using var key = new SigningKey();
        File.Copy(key.PublicKeyring, host.Root.Path(Keyring), overwrite: true);
    }
}
