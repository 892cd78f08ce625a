using PatchTools.Engine.Tests.Evaluation;
using PatchTools.Evaluation;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Reboot;
using PatchTools.Families.Zypper.Transaction;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>
/// What a transaction of zypper and the signs of a reboot come to, beside recorded words of zypper and an rpm database
/// that exists in the test only.
/// </summary>
public sealed class ZypperTransactionTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly TemporaryDirectory _data = new();
    private readonly List<string> _commands = [];
    private readonly SortedSet<string> _installed = new(StringComparer.Ordinal)
    {
        "a-1.0-1.noarch",
        "s-1.0-1.noarch",
        "t-1.0-1.noarch",
    };

    /// <summary>A database without content: the answers come from the test.</summary>
    public ZypperTransactionTests()
    {
        Directory.CreateDirectory(_root.File("var/lib/rpm"));
        File.WriteAllText(_root.File("var/lib/rpm/rpmdb.sqlite"), "");
    }

    private HostContext Host =>
        new()
        {
            Paths = new HostPaths
            {
                Root = _root.Path,
                StateDirectory = _data.Path,
                DataDirectory = _data.Path,
                ProcDirectory = Path.Combine(_root.Path, "proc"),
            },
            Environment = new Dictionary<string, string>(),
            IsRoot = true,
        };

    public void Dispose()
    {
        _root.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task What_came_and_what_failed_is_told_package_by_package()
    {
        var result = await RunAsync(8, ZypperOutputTests.Transaction, installs: ["a-1.2-1.noarch"]);

        Assert.Equal(
            [
                $"zypper --root {_root.Path} --non-interactive --no-refresh install --name --no-recommends "
                    + "--no-force-resolution --auto-agree-with-licenses -- "
                    + "a.noarch=1.2-1 s.noarch=2.0-1 t.noarch=2.0-1",
            ],
            _commands
        );
        Assert.Equal((8, true, false), (result.ExitCode, result.HasChanged, result.IsLocked));
        Assert.Equal("a", Assert.Single(result.Installed).Name);
        Assert.Equal("%prein(s-2.0-1.noarch) scriptlet failed, exit status 1 (not today)", result.PackageFailures["s"]);
        Assert.Contains("gone", result.DownloadFailures.Keys);
        Assert.Contains("lic", result.NotAuthenticated);
        Assert.StartsWith("t is installed, but its %post", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_ends_well_has_no_problem_and_no_warning()
    {
        var result = await RunAsync(
            0,
            "(1/3) Installing: a-1.2-1.noarch [......done]\n",
            installs: ["a-1.2-1.noarch", "s-2.0-1.noarch", "t-2.0-1.noarch"]
        );

        Assert.Equal((0, true), (result.ExitCode, result.HasChanged));
        Assert.Equal(["a", "s", "t"], result.Installed.Select(t => t.Name));
        Assert.Empty(result.Problems);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task A_failure_that_zypper_ends_with_0_after_is_a_failure()
    {
        const string words =
            "(2/2) Executing preun script for: s-1.0-1.noarch [.\n"
            + "error: %preun(s-1.0-1.noarch) scriptlet failed, exit status 1\n"
            + "error]\nerror: s-1.0-1.noarch: erase failed\n";

        var result = await RunAsync(0, words, installs: ["s-2.0-1.noarch"]);

        Assert.Equal(8, result.ExitCode);
        Assert.Contains(
            "s 2.0-1 is installed, but not all went well",
            Assert.Single(result.Problems),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(7, true, null)]
    [InlineData(106, false, "zypper left out repositories")]
    [InlineData(107, false, "did not say which")]
    public async Task What_the_exit_code_alone_tells_is_told(int code, bool isLocked, string? warning)
    {
        var result = await RunAsync(code, "", installs: []);

        Assert.Equal((isLocked, false), (result.IsLocked, result.HasChanged));
        Assert.Equal(code == 7 ? 7 : 0, result.ExitCode);
        Assert.Contains("and gave no reason", result.Reason, StringComparison.Ordinal);
        if (warning is null)
            Assert.Empty(result.Warnings);
        else
            Assert.Contains(warning, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_was_to_go_and_stays_beside_its_successor_is_a_problem()
    {
        var result = await RunAsync(8, "", installs: ["a-1.2-1.noarch"], replaces: false);

        Assert.Contains("a-1.0-1.noarch", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_interrupted_transaction_left_is_erased_by_rpm_and_its_words_are_kept()
    {
        Assert.Equal(
            "gone",
            await Transaction(_ => new CommandResult(0, "gone\n", "", TimeSpan.Zero)).EraseAsync(["a-1.0-1.noarch"])
        );
        Assert.Equal(["rpm -e --nodeps -- a-1.0-1.noarch"], _commands);
    }

    [Theory]
    [InlineData("5.14.21-150500.55.39-default", "", "", "")]
    [InlineData("5.14.21-150500.55.39-default", "run/reboot-needed", "zypper asks for it: /run/reboot-needed", "")]
    [InlineData("5.14.21-150500.55.28-default", "", "kernel-default 5.14.21-150500.55.39.1 is installed", "")]
    [InlineData("6.1.0-other", "", "", "the running kernel 6.1.0-other is not of this root's packages")]
    [InlineData("6.1.0-other", ".dockerenv", "", "this is a container")]
    [InlineData("", "", "", "the running kernel is unknown")]
    public async Task Signs_of_a_reboot_are_the_flag_and_the_kernel(
        string running,
        string file,
        string reason,
        string unknown
    )
    {
        _installed.Add("kernel-default-5.14.21-150500.55.28.1.x86_64");
        _installed.Add("kernel-default-5.14.21-150500.55.39.1.x86_64");
        if (running.Length > 0)
            File.WriteAllText(_root.File("proc/sys/kernel/osrelease"), running + "\n");
        if (file.Length > 0)
            File.WriteAllText(_root.File(file), "");

        var signs = await new ZypperRebootSigns(
            Host,
            new InstalledPackages(
                Host,
                new Answers(_ => throw new InvalidOperationException(), _installed),
                new HostMemory()
            )
        ).ReadAsync(CancellationToken.None);

        Assert.StartsWith(reason, string.Join('|', signs.Reasons.Select(r => r.Text)), StringComparison.Ordinal);
        Assert.Equal(reason.Length > 0 ? 1 : 0, signs.Reasons.Count);
        Assert.StartsWith(unknown, string.Join('|', signs.Unknown), StringComparison.Ordinal);
        Assert.Equal(unknown.Length > 0 ? 1 : 0, signs.Unknown.Count);
    }

    private Task<TransactionResult> RunAsync(int code, string words, string[] installs, bool replaces = true)
    {
        var plan = new InstallPlan
        {
            CreatedAt = MadeUpHost.Now,
            Targets = Targets,
            Changes =
            [
                .. Targets.Select(t => new PlannedChange
                {
                    Action = PlannedAction.Upgrade,
                    Name = t.Name,
                    Architecture = t.Architecture,
                    FromVersion = "1.0-1",
                    ToVersion = t.Edition,
                    IsRequested = true,
                }),
            ],
        };
        return Transaction(_ =>
            {
                foreach (var nevra in installs)
                {
                    if (replaces)
                        _installed.RemoveWhere(i => i.StartsWith(nevra[..2], StringComparison.Ordinal));
                    _installed.Add(nevra);
                }

                return new CommandResult(code, words, "", TimeSpan.FromSeconds(1));
            })
            .RunAsync(plan, TimeSpan.FromSeconds(5), 0, 100);
    }

    private ZypperTransaction Transaction(Func<Command, CommandResult> zypper)
    {
        var answers = new Answers(
            command =>
            {
                _commands.Add($"{command.FileName} {string.Join(' ', command.Arguments)}");
                return zypper(command);
            },
            _installed
        );
        return new ZypperTransaction(
            Host,
            answers,
            new InstalledPackages(Host, answers, new HostMemory()),
            new InstallRequest
            {
                Inventory = MadeUpHost.Zypper().Inventory(),
                Targets = Targets,
                Dependencies = new Anything(),
            },
            new RecordingObserver(),
            TransactionFiles.Create(Host, "zypper")
        );
    }

    private static IReadOnlyList<PatchTarget> Targets =>
        [Target("a", "1.2-1"), Target("s", "2.0-1"), Target("t", "2.0-1")];

    private static PatchTarget Target(string name, string edition) =>
        new()
        {
            Name = name,
            Architecture = "noarch",
            Edition = edition,
            InstalledEdition = "1.0-1",
            Id = $"{name}.noarch",
        };

    private sealed class Anything : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) => null;
    }

    /// <summary>rpm's answers of what is installed; any other command is the test's.</summary>
    private sealed class Answers(Func<Command, CommandResult> other, IEnumerable<string> installed) : IProcessRunner
    {
        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken) =>
            Task.FromResult(command.Arguments.Contains("-qa") ? Installed() : other(command));

        private CommandResult Installed() =>
            new(
                0,
                string.Concat(
                    installed
                        .Select(i => Nevra.TryParse(i)!)
                        .Select(n =>
                            string.Join(
                                '\u001f',
                                n.Name,
                                n.Architecture,
                                "0",
                                n.Edition.Split('-')[0],
                                n.Edition.Split('-')[1],
                                "1767916800",
                                "1767225600",
                                "(none)"
                            ) + '\u001e'
                        )
                ),
                "",
                TimeSpan.Zero
            );
    }
}
