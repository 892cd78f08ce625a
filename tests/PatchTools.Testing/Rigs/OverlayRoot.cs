using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Testing.Aws;

namespace PatchTools.Testing.Rigs;

/// <summary>What a root has beside the minimal Debian.</summary>
public sealed record OverlayOptions
{
    /// <summary>Space for everything that the test changes, MiB; the root's own free space.</summary>
    public int SizeMegabytes { get; init; } = 1024;

    /// <summary>Folders of this machine to be seen inside, read-only: inside → outside.</summary>
    public IReadOnlyDictionary<string, string> Binds { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Packages of the distribution that the root has beside the minimal ones.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Of which release of Debian the root is; null for the machine's own.</summary>
    public DebianRelease? Release { get; init; }

    /// <summary>Seconds since the last boot, as <c>/proc/uptime</c> says.</summary>
    public int UptimeSeconds { get; init; } = 3600;
}

/// <summary>
/// A throw-away Debian that a test may do anything to: an overlay in memory above <see cref="DebianRoot"/>, in mount
/// and process namespaces of its own, on the machine's loopback network. The namespaces end with their first process,
/// and that one with its standard input: whatever becomes of the test process, the kernel ends every process inside and
/// takes every mount away.
/// </summary>
public sealed partial class OverlayRoot : IDisposable
{
    private const string Dotnet = "/opt/rig/dotnet";
    private const string HostFolder = "/opt/rig/host";
    private const string NativeFolder = "/opt/rig/native";
    private readonly System.Diagnostics.Process _first;
    private readonly int _id;

    public OverlayRoot(OverlayOptions? options = null)
    {
        options ??= new OverlayOptions();
        var stage = System.IO.Path.Combine(DebianRoot.Cache, "stage");
        var lower = DebianRoot.Folder(options.Packages, options.Release);
        Directory.CreateDirectory(stage);
        List<string> arguments =
        [
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--propagation",
            "private",
            "bash",
            "-c",
            Recipe,
            "rig",
            stage,
            lower,
            string.Create(CultureInfo.InvariantCulture, $"{options.SizeMegabytes}m"),
            string.Create(CultureInfo.InvariantCulture, $"{options.UptimeSeconds}"),
            BuiltHost.DotnetFolder,
            Dotnet,
            BuiltHost.Folder,
            HostFolder,
        ];
        if (NativeProgram.Exists)
            arguments.AddRange([NativeProgram.Folder, NativeFolder]);
        foreach (var (inside, outside) in options.Binds)
            arguments.AddRange([outside, inside]);
        _first = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("unshare", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var said = _first.StandardOutput.ReadLine();
        if (!int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out _id))
            throw new InvalidOperationException(
                $"The overlay could not be made: {said} {_first.StandardError.ReadToEnd()}"
            );
    }

    // The process id is that of the outer namespace: /proc is still the machine's own when it is read.
    private const string Recipe = """
        set -euo pipefail
        stage=$1 lower=$2 size=$3 uptime=$4; shift 4
        read -r pid rest < /proc/self/stat
        mount -t tmpfs -o "size=$size,mode=755" rig "$stage"
        mkdir "$stage/upper" "$stage/work" "$stage/root"
        printf '%s.00 0.00\n' "$uptime" > "$stage/uptime"
        mount -t overlay -o "lowerdir=$lower,upperdir=$stage/upper,workdir=$stage/work" overlay "$stage/root"
        cd "$stage/root"
        mount -t proc proc proc
        mount --bind "$stage/uptime" proc/uptime
        mount -t tmpfs -o mode=755 dev dev
        for node in null zero full random urandom tty; do : > "dev/$node"; mount --bind "/dev/$node" "dev/$node"; done
        mkdir dev/pts dev/shm
        mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
        mount -t tmpfs -o mode=1777 shm dev/shm
        ln -s pts/ptmx dev/ptmx
        ln -s /proc/self/fd dev/fd
        ln -s /proc/self/fd/0 dev/stdin
        ln -s /proc/self/fd/1 dev/stdout
        ln -s /proc/self/fd/2 dev/stderr
        mount -t tmpfs -o mode=755 run run
        mkdir run/lock
        while (( $# > 0 )); do mkdir -p ".$2"; mount --bind "$1" ".$2"; mount -o remount,bind,ro ".$2"; shift 2; done
        exec chroot . /bin/bash -c 'echo "$0"; while read -r; do :; done' "$pid"
        """;

    /// <summary>
    /// Environment of every command inside; <see cref="Run(string[])"/> and the others start from nothing else.
    /// </summary>
    public IDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = "/root",
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
            ["TERM"] = "dumb",
            ["DEBIAN_FRONTEND"] = "noninteractive",
            ["DOTNET_ROOT"] = Dotnet,
            ["DOTNET_EnableDiagnostics"] = "0",
        };

    /// <summary>
    /// A command of this machine, with its arguments, that starts what is started inside: strace. Empty for none.
    /// </summary>
    public IReadOnlyList<string> Outer { get; set; } = [];

    /// <summary>A path inside as this machine's processes reach it.</summary>
    public string Path(string inside) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_id}/root{inside}");

    public bool Exists(string inside) => File.Exists(Path(inside)) || Directory.Exists(Path(inside));

    public string Read(string inside) => File.ReadAllText(Path(inside));

    public void Write(string inside, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(inside))!);
        File.WriteAllText(Path(inside), text);
    }

    public void WriteScript(string inside, string text)
    {
        Write(inside, text);
        Run("chmod", "755", inside).Expect();
    }

    /// <summary>Runs a command inside to its end.</summary>
    public RigRun Run(params string[] command)
    {
        using var process = Start(command);
        return process.Wait();
    }

    /// <summary>Runs a line of shell inside to its end.</summary>
    public RigRun Shell(string line) => Run("/bin/sh", "-c", line);

    /// <summary>Starts a command inside, leader of a session and process group of its own.</summary>
    public RigProcess Start(params IEnumerable<string> command) =>
        RigProcess.Start(
            Outer.Count > 0 ? Outer[0] : "nsenter",
            [
                .. Outer.Skip(1),
                .. Outer.Count > 0 ? (string[])["nsenter"] : [],
                "--target",
                string.Create(CultureInfo.InvariantCulture, $"{_id}"),
                "--mount",
                "--pid",
                "--root",
                "--wd",
                "--",
                "/usr/bin/setsid",
                "/usr/bin/env",
                "-i",
                .. Environment.Select(variable => $"{variable.Key}={variable.Value}"),
                .. command,
            ]
        );

    /// <summary>Runs text as <c>patchtools-host -Command</c> inside.</summary>
    public RigRun PatchTools(string script)
    {
        using var process = StartPatchTools(script);
        return process.Wait();
    }

    /// <summary>
    /// Runs a script as the agent does: its text lies in a file, and <c>patchtools-host -File</c> is in the place of
    /// <c>pwsh</c>.
    /// </summary>
    public RigRun RunAsAgent(string script)
    {
        const string file = "/var/lib/amazon/ssm/orchestration/_script.ps1";
        Write(file, script);
        return Run($"{HostFolder}/patchtools-host", "-NonInteractive", "-NoProfile", "-File", file);
    }

    public RigProcess StartPatchTools(string script) =>
        Start($"{HostFolder}/patchtools-host", "-NonInteractive", "-Command", script);

    /// <summary>Starts the native program inside.</summary>
    public RigProcess StartProgram(params IEnumerable<string> arguments) =>
        Start([$"{NativeFolder}/patchtools", .. arguments]);

    /// <summary>Points the AWS clients inside at a loopback service.</summary>
    public void UseAws(LoopbackAws aws, string instanceId = "i-0123456789abcdef0", bool credentialsFromMetadata = false)
    {
        foreach (var name in Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
            Environment.Remove(name);
        foreach (var (name, value) in credentialsFromMetadata ? aws.EnvironmentWithoutKey : aws.Environment)
            Environment[name] = value;
        Environment["AWS_SSM_INSTANCE_ID"] = instanceId;
        Environment["AWS_SSM_REGION_NAME"] = "us-east-1";
    }

    /// <summary>SIGKILL to every process inside but the first: what a power cut does to processes.</summary>
    public void KillEverything() =>
        RigProcess.Run(
            "nsenter",
            "--target",
            string.Create(CultureInfo.InvariantCulture, $"{_id}"),
            "--mount",
            "--pid",
            "--root",
            "--wd",
            "--",
            "/bin/sh",
            "-c",
            "kill -9 -1"
        );

    /// <summary>
    /// Restarts the host as far as PatchTools can tell: every process ended, empty <c>/run</c>, booted now.
    /// </summary>
    public void Reboot()
    {
        KillEverything();
        Shell("find /run -mindepth 1 -delete; mkdir -p /run/lock").Expect();
        Write("/proc/uptime", "1.00 0.00\n");
    }

    /// <summary>
    /// The status that dpkg records for a package, as <c>install ok installed 1.0-1</c>; empty when it knows none.
    /// </summary>
    public string DpkgStatus(string package) => Run("dpkg-query", "-W", "-f", "${Status} ${Version}", package).Output;

    /// <summary>Packages that dpkg knows, <c>name:arch version status</c>, as recorded runs list them.</summary>
    public string DpkgList() => Run("dpkg-query", "-W", "-f", "${binary:Package} ${Version} ${Status}\n").Output;

    /// <summary>
    /// Every file below a folder with mode and content, one line each: two equal texts are two equal trees.
    /// </summary>
    public string Fingerprint(string inside)
    {
        var text = new StringBuilder();
        foreach (
            var entry in new DirectoryInfo(Path(inside))
                .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .OrderBy(e => e.FullName, StringComparer.Ordinal)
        )
        {
            var content =
                entry.LinkTarget is { } target ? $"to {target}"
                : entry is FileInfo file
                    ? Convert.ToHexStringLower(
                        System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.FullName))
                    )
                : "folder";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{ProcessPrefix().Replace(entry.FullName, "")} {entry.UnixFileMode} {content}\n"
            );
        }

        return text.ToString();
    }

    public void Dispose()
    {
        _first.StandardInput.Close();
        _first.WaitForExit();
        _first.Dispose();
    }

    [GeneratedRegex("^/proc/[0-9]+/root")]
    private static partial Regex ProcessPrefix();
}
