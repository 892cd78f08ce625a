using System.Diagnostics;
using PatchTools.Errors;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// Images that try to run something on this host, or to reach its files, when the real dnf and rpm look at them.
/// </summary>
[Collection(RpmUniverseTests.Name)]
public sealed class DnfHostileImageTests(RpmUniverse universe) : IDisposable
{
    private readonly TemporaryDirectory _host = new();

    private string Canary => Path.Combine(_host.Path, "canary");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_plug_in_of_its_configuration_does_not_run()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        root.Write(
            "plugins/evil.py",
            $"import dnf\nopen('{Canary}', 'w').close()\nclass Evil(dnf.Plugin):\n    name = 'evil'\n"
        );
        root.Write("etc/dnf/plugins/evil.conf", "[main]\nenabled=1\n");

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.Contains(inventory.Repositories, r => r.Status == RepositoryStatus.Ok);
        Assert.False(File.Exists(Canary));
    }

    [Fact]
    public async Task Macros_of_its_rpm_do_not_run()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        foreach (var file in new[] { "etc/rpm/macros", "etc/rpm/macros.evil", "root/.rpmmacros", "usr/lib/rpm/macros" })
            root.Write(file, $"%_dbpath %(touch {Canary})/var/lib/rpm\n%_evil %(touch {Canary})\n");

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.NotEmpty(inventory.Installed);
        Assert.False(File.Exists(Canary));
    }

    [Theory]
    [InlineData("var/cache/dnf")]
    [InlineData("var/cache")]
    [InlineData("var/cache/dnf/base-0123456789abcdef")]
    [InlineData("var/lib/rpm/.rpm.lock")]
    public async Task A_link_where_a_tool_writes_is_an_error_that_names_it(string place)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        File.WriteAllText(_host.File("outside/precious"), "precious");
        var outside = Path.Combine(_host.Path, "outside");
        var link = Path.Combine(root.Path, place);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        if (Directory.Exists(link))
            Directory.Delete(link, recursive: true);
        File.Delete(link);
        File.CreateSymbolicLink(link, outside);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync(refresh: true));

        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("var/cache/dnf", "")]
    [InlineData("var/cache/dnf", "../../../../../../../..")]
    [InlineData("var/cache", "")]
    public async Task A_folder_that_becomes_a_link_while_dnf_runs_is_an_error_that_names_it(string place, string climb)
    {
        using var root = universe.NewRoot();
        using var server = new ArchiveServer(universe.RepositoryFolder("base"));
        root.Repository("base", $"baseurl={server.Address}/");
        await root.InventoryAsync(refresh: true);
        File.WriteAllText(_host.File("outside/precious"), "precious");
        var outside = Path.Combine(_host.Path, "outside");
        var link = Path.Combine(root.Path, place);
        var isSwapped = 0;
        server.Break(
            _ =>
            {
                if (Interlocked.Exchange(ref isSwapped, 1) == 0)
                {
                    Directory.Move(link, link + ".old");
                    File.CreateSymbolicLink(link, climb + outside);
                }

                return false;
            },
            ArchiveFault.NotFound
        );

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync(refresh: true));

        Assert.Equal(1, isSwapped);
        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("var/lib/rpm/rpmdb.sqlite")]
    [InlineData("var/lib/rpm")]
    public async Task A_database_that_becomes_a_link_before_rpm_opens_it_is_not_followed(string place)
    {
        using var root = universe.NewRoot();
        var outside = WithoutPackage(root);
        var link = Path.Combine(root.Path, place);
        var runner = new ExchangingRunner(() =>
        {
            Directory.Move(link, link + ".old");
            File.CreateSymbolicLink(link, Path.Combine(outside, Path.GetRelativePath(root.Path, link)));
        });

        var inventory = await root.InventoryAsync(runner: runner);

        Assert.True(runner.HasExchanged);
        Assert.Contains(inventory.Installed, p => p.Name == "a-sec");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root.Data, "image")));
    }

    [Fact]
    public async Task A_database_that_is_exchanged_for_a_link_again_and_again_is_read_or_an_error()
    {
        const int scans = 12;
        using var root = universe.NewRoot();
        var outside = WithoutPackage(root);
        var file = Path.Combine(root.Path, "var/lib/rpm/rpmdb.sqlite");
        File.Copy(file, file + ".kept");
        using var stop = new CancellationTokenSource();
        var exchange = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    File.CreateSymbolicLink(file + ".new", Path.Combine(outside, "var/lib/rpm/rpmdb.sqlite"));
                    File.Move(file + ".new", file, overwrite: true);
                    File.Copy(file + ".kept", file + ".new");
                    File.Move(file + ".new", file, overwrite: true);
                }
            },
            TestContext.Current.CancellationToken
        );
        try
        {
            for (var i = 0; i < scans; i++)
            {
                try
                {
                    var inventory = await root.InventoryAsync();
                    Assert.Contains(inventory.Installed, p => p.Name == "a-sec");
                }
                catch (PatchToolsException e)
                {
                    Assert.Contains(
                        e.Error,
                        new[] { PatchErrors.ImagePathRefused, PatchErrors.PackageDatabaseUnreadable }
                    );
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await exchange;
        }
    }

    /// <summary>The real runner, behind somebody who exchanges a file just before the first program runs.</summary>
    private sealed class ExchangingRunner(Action exchange) : IProcessRunner
    {
        private readonly RecordingRunner _runner = new();
        private int _commands;

        public bool HasExchanged => _commands > 0;

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _commands) == 1)
                exchange();
            return _runner.RunAsync(command, cancellationToken);
        }
    }

    /// <summary>A folder outside the image, with a database that lacks one of the image's packages.</summary>
    private string WithoutPackage(RpmRoot root)
    {
        var outside = Path.Combine(_host.Path, "outside");
        Directory.CreateDirectory(Path.Combine(outside, "var/lib"));
        RpmUniverse.Run("cp", "-a", Path.Combine(root.Path, "var/lib/rpm"), Path.Combine(outside, "var/lib"));
        RpmUniverse.Run(
            "rpm",
            "--dbpath",
            Path.Combine(outside, "var/lib/rpm"),
            "--erase",
            "--justdb",
            "--nodeps",
            "--noscripts",
            "a-sec"
        );
        return outside;
    }

    [Fact]
    public async Task A_repository_whose_name_or_address_is_no_plain_word_is_named_and_not_used()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        root.Repository("scp", "baseurl=scp://127.0.0.1/x");

        var inventory = await root.InventoryAsync(refresh: true);

        var refused = Assert.Single(inventory.Repositories, r => r.Name == "scp");
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains("does not use addresses of the kind 'scp:'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(inventory.Repositories, r => r.Status == RepositoryStatus.Ok);
    }

    [Theory]
    [InlineData("baseurl=file://OUTSIDE", "there is no")]
    [InlineData("baseurl=file:///../../../../../..OUTSIDE", "there is no")]
    [InlineData("baseurl=file:///link", "there is no")]
    [InlineData("baseurl=file:///folder", "/folder/repodata")]
    [InlineData("baseurl=FILE://%2ftmp", "not a plain path")]
    [InlineData("mirrorlist=file:///mirrors", "list of mirrors that is a file")]
    [InlineData("metalink=file:///mirrors", "list of mirrors that is a file")]
    [InlineData("baseurl=OUTSIDE", "does not use addresses")]
    public async Task A_repository_that_is_a_file_is_one_of_the_image(string line, string reason)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        var outside = Path.Combine(_host.Path, "outside");
        RpmUniverse.Run("cp", "-a", universe.RepositoryFolder("base"), outside);
        File.CreateSymbolicLink(Path.Combine(root.Path, "link"), outside);
        Directory.CreateDirectory(Path.Combine(root.Path, "folder"));
        File.CreateSymbolicLink(Path.Combine(root.Path, "folder/repodata"), Path.Combine(outside, "repodata"));
        root.Write("mirrors", $"file://{outside}\n");
        root.Repository("other", line.Replace("OUTSIDE", outside, StringComparison.Ordinal));

        var inventory = await root.InventoryAsync(refresh: true);

        var refused = Assert.Single(inventory.Repositories, r => r.Name == "other");
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains(inventory.Repositories, r => r is { Name: not "other", Status: RepositoryStatus.Ok });
    }

    [Theory]
    [InlineData("file", "<location href=\"../../../../../../../../../../../..FOLDER/group.xml\"/>")]
    [InlineData("file", "<location xml:base=\"file://FOLDER/\" href=\"group.xml\"/>")]
    [InlineData("file", "<location href=\"FOLDER/group.xml\"/>")]
    [InlineData("http", "<location xml:base=\"file://FOLDER/\" href=\"group.xml\"/>")]
    [InlineData("mirrors", "<location href=\"group.xml\"/>")]
    public async Task A_repository_has_no_file_of_the_host_copied_into_the_image(string kind, string location)
    {
        using var root = universe.NewRoot();
        const string secret = "the-hosts-own-words";
        File.WriteAllText(_host.File("outside/group.xml"), $"<comps><group><id>{secret}</id></group></comps>");
        var outside = Path.Combine(_host.Path, "outside");
        var folder = Path.Combine(_host.Path, "repository");
        RpmUniverse.Run("cp", "-a", universe.RepositoryFolder("base"), folder);
        var contents = Path.Combine(folder, "repodata/repomd.xml");
        File.WriteAllText(
            contents,
            File.ReadAllText(contents)
                .Replace(
                    "</repomd>",
                    $"<data type=\"group\">{location.Replace("FOLDER", outside, StringComparison.Ordinal)}</data>"
                        + "</repomd>",
                    StringComparison.Ordinal
                )
        );
        using var server = new ArchiveServer(folder);
        File.WriteAllText(Path.Combine(folder, "list"), $"{server.Address}/\nfile://{outside}/\n");
        if (kind == "file")
            root.Hold(folder);
        root.Repository(
            "base",
            kind switch
            {
                "file" => $"baseurl=file://{folder}",
                "http" => $"baseurl={server.Address}/",
                _ => $"mirrorlist={server.Address}/list",
            }
        );

        try
        {
            await root.InventoryAsync(refresh: true);
        }
        catch (PatchToolsException e) when (kind == "file")
        {
            // Some versions of dnf abort at a path that climbs (librepo's own assertion).
            Assert.Equal(PatchErrors.PackageManagerFailed, e.Error);
        }

        Assert.All(
            Directory.EnumerateFiles(Path.Combine(root.Path, "var"), "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(secret, File.ReadAllText(file), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_fifo_in_place_of_a_variable_is_an_error_at_once()
    {
        Rig.NeedsCommands("mkfifo");
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        using (var made = Process.Start("mkfifo", [Path.Combine(root.Path, "etc/dnf/vars/fifo")]))
            made.WaitForExit();

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            root.InventoryAsync(refresh: true).WaitAsync(TimeSpan.FromMinutes(2))
        );

        Assert.Equal(PatchErrors.NotPlainFile, error.Error);
        Assert.Contains("etc/dnf/vars/fifo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_whose_path_is_a_macro_of_rpm_runs_nothing()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        var place = $"/x/%(touch {Canary})";
        Directory.CreateDirectory(Path.GetDirectoryName(root.Path + place)!);
        Directory.Move(Path.Combine(root.Path, "var/lib/rpm"), root.Path + place);
        Directory.CreateSymbolicLink(Path.Combine(root.Path, "var/lib/rpm"), place);

        var inventory = await root.InventoryAsync();

        Assert.Contains(inventory.Installed, p => p.Name == "a-sec");
        Assert.False(File.Exists(Canary));
    }

    [Theory]
    [InlineData("\n  logdir={0}")]
    [InlineData("\n  reposdir={0}\n  varsdir={0}")]
    [InlineData("/$unknown")]
    [InlineData("/${{none:- }}")]
    public async Task A_cache_that_is_more_than_a_path_is_refused_and_nothing_written_elsewhere(string more)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        var outside = Directory.CreateDirectory(Path.Combine(_host.Path, "outside")).FullName;
        root.Configure(
            "cachedir=/var/cache/dnf" + string.Format(System.Globalization.CultureInfo.InvariantCulture, more, outside)
        );

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync(refresh: true));

        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains("is not a plain path", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public async Task A_variable_that_brings_a_second_address_is_named_and_not_used()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        root.Write("etc/dnf/vars/more", $",file://{_host.Path}/of-the-host\n");
        root.Repository("two", "baseurl=http://127.0.0.1:9/x$more");

        var inventory = await root.InventoryAsync(refresh: true);

        var refused = Assert.Single(inventory.Repositories, r => r.Name == "two");
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains("brings a second address", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("etc/os-release")]
    [InlineData("etc/dnf/dnf.conf")]
    [InlineData("etc/dnf/vars/huge")]
    [InlineData("etc/yum.repos.d/base.repo")]
    [InlineData("var/lib/rpm/rpmdb.sqlite")]
    public async Task A_file_without_end_is_an_error_that_names_it(string place)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        root.Write(place, "");
        using (var file = File.OpenWrite(Path.Combine(root.Path, place)))
            file.SetLength(1L << 40);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync());

        Assert.Equal(PatchErrors.PackageDatabaseUnreadable, error.Error);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains("1099511627776 bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("repomd.xml")]
    [InlineData("*primary.xml*")]
    public async Task A_list_without_end_is_damaged_and_not_read(string name)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        await root.InventoryAsync(refresh: true);
        var list = Directory
            .GetFiles(Path.Combine(root.Path, "var/cache/dnf"), name, SearchOption.AllDirectories)
            .First();
        using (var file = File.OpenWrite(list))
            file.SetLength(1L << 42);

        var inventory = await root.InventoryAsync();

        var health = Assert.Single(inventory.Repositories, r => r.Name == "base");
        Assert.NotEqual(RepositoryStatus.Ok, health.Status);
        Assert.Contains(Path.GetFileName(list), health.Message, StringComparison.Ordinal);
    }
}
