using System.Text.Json;
using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// A host with a repository of its own behind a loopback server that a test may break, and the service to report to.
/// </summary>
internal sealed class ScenarioHost : IDisposable
{
    public const string StateDirectory = "/var/log/amazon/ssm";
    private const string Keyring = "/usr/share/keyrings/synthetic.gpg";
    private readonly SigningKey _key = new();
    private readonly LoopbackAws _aws;
    private string? _sources;
    private SyntheticSuite[] _suites = [SyntheticSuite.Bookworm, SyntheticSuite.BookwormSecurity];

    public ScenarioHost(
        byte[]? snapshot = null,
        string product = "Debian12",
        OverlayOptions? options = null,
        RigSystem? system = null
    )
    {
        Archive = new SyntheticArchive { Key = _key, Date = TimeProvider.System.GetUtcNow().AddHours(-1) };
        Server = new ArchiveServer(Archive.Folder);
        options = system?.Apply(options) ?? options ?? new OverlayOptions();
        Root = new OverlayRoot(
            options with
            {
                Binds = new Dictionary<string, string>(options.Binds, StringComparer.Ordinal)
                {
                    ["/srv/repo"] = Archive.Folder,
                },
            }
        );
        _aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                Product = product,
                Snapshot = snapshot ?? Baselines.Security(system?.OperatingSystem ?? "DEBIAN"),
            }
        );
        Root.UseAws(_aws);
        Root.Environment["SSM_COMMAND_ID"] = Guid.NewGuid().ToString();
        Root.Write(Keyring, "");
        File.Copy(_key.PublicKeyring, Root.Path(Keyring), overwrite: true);
        if (system is { OsRelease.Length: > 0 })
            Root.Write("/etc/os-release", system.OsRelease + "\n");
        Root.Write("/etc/apt/sources.list", "# see sources.list.d\n");
        Deb822("debian", "bookworm bookworm-security");
    }

    public SyntheticArchive Archive { get; }

    public ArchiveServer Server { get; }

    public OverlayRoot Root { get; }

    public LoopbackAws Aws => _aws;

    public IReadOnlyList<RecordedRequest> Requests => _aws.Requests;

    /// <summary>The key that signs the repositories, in armour.</summary>
    public string ArmouredKey => _key.Armoured;

    /// <summary>
    /// Turns the host into an Ubuntu: os-release and sources; packages of the machine's suite stay as they are.
    /// </summary>
    public ScenarioHost AsUbuntu()
    {
        Root.Write(
            "/etc/os-release",
            "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\nNAME=\"Ubuntu\"\n"
                + "PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\n"
        );
        Root.Shell("rm /etc/apt/sources.list /etc/apt/sources.list.d/*").Expect();
        _suites = [SyntheticSuite.Noble, SyntheticSuite.NobleUpdates, SyntheticSuite.NobleSecurity];
        Deb822("ubuntu", "noble noble-updates noble-security");
        return this;
    }

    /// <summary>Installs packages as they were before.</summary>
    public ScenarioHost Installed(params IReadOnlyList<SyntheticPackage> packages)
    {
        foreach (var package in packages)
        {
            Root.Write($"/var/tmp/debs/{package.FileName}", "");
            File.WriteAllBytes(Root.Path($"/var/tmp/debs/{package.FileName}"), package.Build());
        }

        Root.Shell("dpkg -i /var/tmp/debs/*.deb && rm -r /var/tmp/debs").Expect();
        return this;
    }

    public ScenarioHost Offers(SyntheticSuite suite, params IEnumerable<SyntheticPackage> packages)
    {
        Archive.Add(suite, packages);
        return this;
    }

    /// <summary>
    /// Publishes what was added, and takes the state of the administrator's own files as the one that must stay.
    /// </summary>
    public ScenarioHost Ready()
    {
        foreach (var suite in _suites)
            Archive.Add(suite);
        Archive.Publish();
        _sources = Root.Fingerprint("/etc/apt");
        return this;
    }

    /// <summary>Runs an install; the administrator's files under <c>/etc/apt</c> must be as they were.</summary>
    public PatchRunResult Install(string arguments = "-RebootOption NoReboot")
    {
        var run = PatchRuns.Invoke(Root, $"-Operation Install {arguments}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.ExitCode} {run.ErrorId}\n{run.Error}");
        AssertSourcesAreTheAdministrators();
        return run;
    }

    public PatchRunResult Scan(string arguments = "") => PatchRuns.Invoke(Root, $"-Operation Scan {arguments}");

    public RigProcess StartInstall(string arguments = "-RebootOption NoReboot") =>
        PatchRuns.Start(Root, $"-Operation Install {arguments}");

    public void AssertSourcesAreTheAdministrators() => Assert.Equal(_sources, Root.Fingerprint("/etc/apt"));

    /// <summary>dpkg finds nothing half-done, and the status it records of a package is whole.</summary>
    public void AssertInstalled(string package, string version) =>
        Assert.Equal($"install ok installed {version}", Root.DpkgStatus(package));

    public void AssertNothingIsHalfDone() => Assert.Equal("", Root.Run("dpkg", "--audit").Expect().Output);

    /// <summary>States by title, as the states file records them.</summary>
    public Dictionary<string, string> SavedStates()
    {
        using var document = JsonDocument.Parse(
            Root.Read($"{StateDirectory}/patch-configuration/patch-states-configuration.json")
        );
        return document
            .RootElement.GetProperty("patchStates")
            .EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetProperty("state").GetString()!, StringComparer.Ordinal);
    }

    /// <summary>
    /// Puts a script in the place of apt-get that runs a line of shell once, before the first call with a certain
    /// argument.
    /// </summary>
    public void Before(string argument, string line)
    {
        Root.Run("mv", "/usr/bin/apt-get", "/usr/bin/apt-get.real").Expect();
        Root.WriteScript(
            "/usr/bin/apt-get",
            $"#!/bin/sh\ncase \"$*\" in *{argument}*) if mkdir /var/tmp/once 2>/dev/null; then {line}; "
                + "fi;; esac\nexec /usr/bin/apt-get.real \"$@\"\n"
        );
    }

    /// <summary>Two pipes by which a maintainer script waits for the test.</summary>
    public Gate Gate() => new(Root);

    public void Dispose()
    {
        Root.Dispose();
        _aws.Dispose();
        Server.Dispose();
        Archive.Dispose();
        _key.Dispose();
    }

    private void Deb822(string name, string suites) =>
        Root.Write(
            $"/etc/apt/sources.list.d/{name}.sources",
            $"Types: deb\nURIs: {Server.Address}\nSuites: {suites}\nComponents: main\nSigned-By: {Keyring}\n"
        );
}

/// <summary>Holds a maintainer script where the test wants it, without any clock.</summary>
internal sealed class Gate
{
    private readonly OverlayRoot _root;

    public Gate(OverlayRoot root)
    {
        _root = root;
        root.Run("mkfifo", "/var/tmp/reached", "/var/tmp/open").Expect();
    }

    /// <summary>Lines of a script that stop there until <see cref="Open"/>.</summary>
    public const string Script = "echo reached > /var/tmp/reached; read line < /var/tmp/open";

    /// <summary>The same, and whose child the script is can be killed.</summary>
    public const string ScriptWithParent = "echo $PPID > /var/tmp/parent; " + Script;

    /// <summary>SIGKILL to the process that runs the script; the script itself goes on.</summary>
    public void KillParent() => _root.Shell("kill -9 $(cat /var/tmp/parent)").Expect();

    /// <summary>Returns when the script is there; fails when the process ends before.</summary>
    public void WaitUntilReached(RigProcess process)
    {
        var reached = Task.Run(() => _root.Read("/var/tmp/reached"));
        var ended = Task.Run(process.Wait);
        if (Task.WaitAny(reached, ended) == 0)
            return;
        _root.Shell("echo never > /var/tmp/reached");
        Assert.Fail($"It ended before the script was reached: {ended.Result}");
    }

    public void Open() => _root.Shell("echo open > /var/tmp/open").Expect();
}
