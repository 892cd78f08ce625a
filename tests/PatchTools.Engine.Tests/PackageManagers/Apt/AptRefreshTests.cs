using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Engine.Tests.PackageManagers.Apt.AptRoot;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Refreshes by the real <c>apt-get update</c> in throw-away roots; the machine's own lists are never touched.
/// </summary>
public sealed class AptRefreshTests(AptRefreshTests.SigningKey key)
    : IClassFixture<AptRefreshTests.SigningKey>,
        IDisposable
{
    private static readonly InventoryRequest s_refresh = new() { Refresh = true };

    private readonly AptRoot _root = new("amd64");
    private readonly RecordingObserver _observer = new();
    private readonly string _listsOfThisMachine = ListsOfThisMachine();
    private Socket? _connection;

    [Fact]
    public async Task A_signed_repository_is_fetched_trusted_and_confirmed_now()
    {
        MakeSigned("live", "s", "1.1");
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\n");
        _root.Write("var/lib/dpkg/status", Installed("p", "1.0"));
        var before = TimeProvider.System.GetUtcNow();

        var inventory = await _root.ReadAsync(s_refresh, observer: _observer);

        var repository = Assert.Single(inventory.Repositories);
        Assert.Equal((RepositoryStatus.Ok, true, null), (repository.Status, repository.Trusted, repository.Message));
        Assert.InRange(repository.RefreshedAt!.Value, before, TimeProvider.System.GetUtcNow());
        Assert.NotNull(repository.PublishedAt);
        Assert.True(inventory.IsProven);
        Assert.Equal("1.1", Assert.Single(inventory.Installed).CandidateEdition);
        Assert.True(Assert.Single(inventory.Offers).Origins[0].Trusted);
        Assert.Empty(_observer.Warnings);
    }

    [Fact]
    public async Task Of_two_repositories_the_dead_one_is_named_and_proves_nothing()
    {
        MakeSigned("live", "s", "1.1");
        var dead = $"http://user:secret@127.0.0.1:{ClosedPort()}/debian";
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\ndeb {dead} s main\n");

        var inventory = await _root.ReadAsync(s_refresh, observer: _observer);

        Assert.Equal(
            [RepositoryStatus.Ok, RepositoryStatus.RefreshFailed],
            inventory.Repositories.Select(r => r.Status)
        );
        Assert.Contains("Could not connect to 127.0.0.1", inventory.Repositories[1].Message, StringComparison.Ordinal);
        Assert.False(inventory.Repositories[1].HasUsableMetadata);
        Assert.False(inventory.IsProven);
        Assert.Single(inventory.Offers);
        var warning = Assert.Single(_observer.Warnings);
        Assert.StartsWith("http://127.0.0.1:", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "secret",
            warning + string.Concat(inventory.Repositories.Select(r => r.Name + r.Message)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_repository_that_died_still_proves_what_its_metadata_said_until_that_is_too_old()
    {
        MakeSigned("live", "s", "1.1");
        MakeSigned("dying", "s", "1.2");
        _root.Write(
            "etc/apt/sources.list",
            $"deb file:{_root.Repositories}/live s main\ndeb copy:{_root.Repositories}/dying s main\n"
        );
        _root.Write("var/lib/dpkg/status", Installed("p", "1.0"));
        Assert.True((await _root.ReadAsync(s_refresh)).IsProven);
        Directory.Move(Path.Combine(_root.Repositories, "dying"), Path.Combine(_root.Repositories, "dead"));

        var young = await _root.ReadAsync(s_refresh, observer: _observer);
        var old = await _root.ReadAsync(s_refresh, _root.Host with { Clock = new ShiftedClock(TimeSpan.FromDays(8)) });

        Assert.Equal([RepositoryStatus.Ok, RepositoryStatus.RefreshFailed], young.Repositories.Select(r => r.Status));
        Assert.True(young.IsProven);
        Assert.Equal("1.2", Assert.Single(young.Installed).CandidateEdition);
        Assert.NotEmpty(_observer.Warnings);
        Assert.Equal([RepositoryStatus.Ok, RepositoryStatus.RefreshFailed], old.Repositories.Select(r => r.Status));
        Assert.False(old.IsProven);
    }

    [Fact]
    public async Task An_unsigned_repository_is_refused()
    {
        MakeSigned("live", "s", "1.1");
        _root.MakeSuite("unsigned", "s", ["Suite=s"], ("main/binary-amd64", Stanza("p", "6.6")));
        _root.Write(
            "etc/apt/sources.list",
            $"deb file:{_root.Repositories}/unsigned s main\ndeb file:{_root.Repositories}/live s main\n"
        );

        var inventory = await _root.ReadAsync(s_refresh, observer: _observer);

        Assert.Equal(
            [RepositoryStatus.RefreshFailed, RepositoryStatus.Ok],
            inventory.Repositories.Select(r => r.Status)
        );
        Assert.Contains("is not signed", inventory.Repositories[0].Message, StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
    }

    [Fact]
    public async Task A_repository_signed_by_somebody_else_is_refused()
    {
        MakeSigned("live", "s", "1.1");
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\n");
        File.Delete(Path.Combine(_root.Root, "etc/apt/trusted.gpg.d/test.gpg"));

        var inventory = await _root.ReadAsync(s_refresh, observer: _observer);

        Assert.Equal(RepositoryStatus.RefreshFailed, Assert.Single(inventory.Repositories).Status);
        Assert.Contains("NO_PUBKEY", inventory.Repositories[0].Message, StringComparison.Ordinal);
        Assert.Empty(inventory.Offers);
    }

    [Fact]
    public async Task A_release_file_that_has_expired_is_refused()
    {
        MakeSigned("live", "s", "1.1");
        MakeSigned(
            "late",
            "s",
            "6.6",
            "Valid-Until=Thu, 08 Jan 2026 00:00:00 UTC",
            "Date=Thu, 01 Jan 2026 00:00:00 UTC"
        );
        _root.Write(
            "etc/apt/sources.list",
            $"deb file:{_root.Repositories}/late s main\ndeb file:{_root.Repositories}/live s main\n"
        );

        var inventory = await _root.ReadAsync(s_refresh, observer: _observer);

        Assert.Equal(
            [RepositoryStatus.RefreshFailed, RepositoryStatus.Ok],
            inventory.Repositories.Select(r => r.Status)
        );
        Assert.Contains("expired", inventory.Repositories[0].Message, StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
    }

    [Fact]
    public async Task A_lock_that_another_process_keeps_is_an_error_that_names_it()
    {
        MakeSigned("live", "s", "1.1");
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\n");
        using var holder = await UpdateThatWaits();

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            _root.ReadAsync(s_refresh with { LockTimeout = TimeSpan.FromMilliseconds(300) }, observer: _observer)
        );

        Assert.Equal((PatchErrors.PackageManagerBusy, 170), (error.Error, error.ExitCode));
        Assert.Contains($"process {holder.Id} (apt-get ", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            _observer.ProgressLines,
            l => l.Contains($"Waiting for process {holder.Id}", StringComparison.Ordinal)
        );
        holder.Kill();
        Assert.Equal(RepositoryStatus.Ok, Assert.Single((await _root.ReadAsync(s_refresh)).Repositories).Status);
    }

    [Fact]
    public async Task A_lock_that_is_given_up_in_time_is_waited_for()
    {
        MakeSigned("live", "s", "1.1");
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\n");
        using var holder = await UpdateThatWaits();
        _observer.WhenProgress(line =>
        {
            if (line.Contains("Waiting for", StringComparison.Ordinal) && !holder.HasExited)
                holder.Kill();
        });

        var inventory = await _root.ReadAsync(
            s_refresh with
            {
                LockTimeout = TimeSpan.FromMinutes(2),
            },
            observer: _observer
        );

        Assert.Equal(RepositoryStatus.Ok, Assert.Single(inventory.Repositories).Status);
        Assert.Contains(_observer.ProgressLines, l => l.Contains("Waiting for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sources_of_a_baseline_are_fetched_apart_and_leave_those_of_the_host_alone()
    {
        MakeSigned("live", "s", "1.1");
        MakeSigned("baselines", "b", "1.5");
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\n");
        _root.Write("var/lib/dpkg/status", Installed("p", "1.0"));
        await _root.ReadAsync(s_refresh);
        var lists = Directory.GetFiles(_root.Lists).Order(StringComparer.Ordinal).ToList();
        var custom = new InventoryRequest { CustomSources = $"deb file:{_root.Repositories}/baselines b main" };

        var refreshed = await _root.ReadAsync(custom with { Refresh = true });
        var later = await _root.ReadAsync(custom);
        var own = await _root.ReadAsync();

        foreach (var inventory in new[] { refreshed, later })
        {
            Assert.Equal(
                ($"file:{_root.Repositories}/baselines b main", RepositoryStatus.Ok),
                (Assert.Single(inventory.Repositories).Name, inventory.Repositories[0].Status)
            );
            Assert.Equal(["1.5"], inventory.Offers.Select(o => o.Edition));
        }

        Assert.Equal(["1.1"], own.Offers.Select(o => o.Edition));
        Assert.Equal(lists, Directory.GetFiles(_root.Lists).Order(StringComparer.Ordinal));
        Assert.Equal(
            $"deb file:{_root.Repositories}/live s main\n",
            await File.ReadAllTextAsync(
                Path.Combine(_root.Root, "etc/apt/sources.list"),
                TestContext.Current.CancellationToken
            )
        );
        var file = Path.Combine(_root.Host.Paths.DataDirectory, "apt/baseline.list");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file)
        );
    }

    [Fact]
    public async Task Sources_of_a_baseline_may_be_paragraphs()
    {
        MakeSigned("baselines", "b", "1.5");

        var inventory = await _root.ReadAsync(
            s_refresh with
            {
                CustomSources = $"Types: deb\nURIs: file:{_root.Repositories}/baselines\nSuites: b\nComponents: main\n",
            }
        );

        Assert.Equal(RepositoryStatus.Ok, Assert.Single(inventory.Repositories).Status);
        Assert.Equal(["1.5"], inventory.Offers.Select(o => o.Edition));
    }

    [Fact]
    public async Task Lists_of_a_mounted_image_are_refreshed_in_it_and_its_hooks_never_run()
    {
        MakeSigned("live", "s", "1.1");
        var mark = Path.Combine(_root.Repositories, "hook-ran");
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/live s main\n");
        _root.Write(
            "etc/apt/apt.conf.d/hooks",
            $"APT::Update::Pre-Invoke {{ \"touch {mark}\"; }};\nAPT::Update::Post-Invoke {{ \"touch {mark}\"; "
                + $"}};\nDir::State::lists \"/ram/lists\";\n"
        );

        _root.HoldRepositories();

        var inventory = await _root.ReadAsync(s_refresh with { Origin = InventoryOrigin.Root }, _root.Image);

        Assert.Equal(RepositoryStatus.Ok, Assert.Single(inventory.Repositories).Status);
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_root.Root, "ram/lists"), "*_InRelease"));
        Assert.False(File.Exists(mark));
        Assert.Empty(Directory.GetFiles(_root.Lists, "*_InRelease"));
    }

    [Fact]
    public async Task Settings_of_a_mounted_image_that_concern_its_repositories_are_followed()
    {
        MakeSigned(
            "late",
            "s",
            "1.1",
            "Valid-Until=Thu, 08 Jan 2026 00:00:00 UTC",
            "Date=Thu, 01 Jan 2026 00:00:00 UTC"
        );
        _root.Write("etc/apt/sources.list", $"deb file:{_root.Repositories}/late s main\n");
        _root.Write("etc/apt/apt.conf.d/old", "Acquire::Check-Valid-Until \"false\";\n");

        _root.HoldRepositories();

        var inventory = await _root.ReadAsync(s_refresh with { Origin = InventoryOrigin.Root }, _root.Image);

        Assert.Equal(
            (RepositoryStatus.Ok, null),
            (Assert.Single(inventory.Repositories).Status, inventory.Repositories[0].ValidUntil)
        );
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
    }

    [Fact]
    public async Task Sources_that_apt_refuses_are_an_error_with_apts_own_words()
    {
        _root.Write("etc/apt/sources.list", "deb http://deb.example/debian\n");

        var error = await Assert.ThrowsAsync<CommandFailedException>(() => _root.ReadAsync(s_refresh));

        Assert.Equal(PatchErrors.PackageManagerFailed, error.Error);
        Assert.Contains("Malformed entry 1 in list file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_needs_root()
    {
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            _root.ReadAsync(s_refresh, _root.Host with { IsRoot = false })
        );

        Assert.Equal((PatchErrors.ElevationRequired, 172), (error.Error, error.ExitCode));
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _root.Dispose();
        Assert.Equal(_listsOfThisMachine, ListsOfThisMachine());
    }

    private void MakeSigned(string repository, string suite, string version, params string[] fields)
    {
        var text = $"Origin=Test,Label=Test,Suite={suite},Codename={suite},Architectures=amd64,Components=main".Split(
            ','
        );
        _root.MakeSuite(repository, suite, [.. text, .. fields], ("main/binary-amd64", Stanza("p", version)));
        key.Sign(Path.Combine(_root.Repositories, repository, "dists", suite));
        File.Copy(key.PublicFile, Path.Combine(_root.Root, "etc/apt/trusted.gpg.d/test.gpg"), overwrite: true);
    }

    /// <summary>
    /// A real apt-get update that holds the lock of the lists, since its repository accepts the connection and says
    /// nothing.
    /// </summary>
    private async Task<Process> UpdateThatWaits()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _root.Write(
            "etc/apt/silent.list",
            $"deb http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/ s main\n"
        );
        var holder = _root.Start(
            "apt-get",
            "-q",
            "-o",
            "Dir::Etc::sourcelist=silent.list",
            "-o",
            "Dir::Etc::sourceparts=/dev/null",
            "update"
        );
        _connection = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        return holder;
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string ListsOfThisMachine() =>
        Directory.Exists("/var/lib/apt/lists")
            ? string.Join(
                '\n',
                new DirectoryInfo("/var/lib/apt/lists")
                    .GetFiles()
                    .OrderBy(f => f.Name, StringComparer.Ordinal)
                    .Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc:O}")
            )
            : "";

    /// <summary>A key made for these tests, in a folder of its own.</summary>
    public sealed class SigningKey : IDisposable
    {
        // A fixture cannot skip: where gpg is missing the tests do.
        private readonly bool _isThere = Rig.IsOnPath("gpg") && Rig.IsOnPath("gpgconf");

        // The agent's socket must have a short path.
        private readonly string _home = Directory.CreateTempSubdirectory("gpg-").FullName;

        public SigningKey()
        {
            if (!_isThere)
                return;
            Gpg("--quick-gen-key", "Test <test@example.org>", "ed25519", "sign", "never");
            Gpg("--output", PublicFile, "--export");
        }

        public string PublicFile => Path.Combine(_home, "public.gpg");

        public void Sign(string suite)
        {
            Rig.NeedsCommands("gpg", "gpgconf");
            Gpg("--output", Path.Combine(suite, "InRelease"), "--clearsign", Path.Combine(suite, "Release"));
        }

        public void Dispose()
        {
            if (_isThere)
                Run("gpgconf", "--homedir", _home, "--kill", "all");
            Directory.Delete(_home, recursive: true);
        }

        private void Gpg(params string[] arguments) =>
            Run(
                "gpg",
                [
                    "--homedir",
                    _home,
                    "--batch",
                    "--yes",
                    "--pinentry-mode",
                    "loopback",
                    "--passphrase",
                    "",
                    .. arguments,
                ]
            );

        private static void Run(string command, params string[] arguments)
        {
            var start = new ProcessStartInfo(command) { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output.Result + error);
        }
    }
}

/// <summary>The machine's clock, some time on.</summary>
internal sealed class ShiftedClock(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
