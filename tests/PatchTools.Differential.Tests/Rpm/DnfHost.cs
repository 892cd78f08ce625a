using System.Globalization;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>What hosts of dnf 4 and of dnf 5 share: release, repositories, and how commands are asked.</summary>
internal abstract class DnfHost : RpmHost
{
    protected DnfHost(RpmUniverse universe, bool withPlatform)
        : base(universe, withPlatform)
    {
        Write(
            "etc/os-release",
            "ID=rocky\nVERSION_ID=\"9.4\"\nID_LIKE=\"rhel centos "
                + "fedora\"\nPLATFORM_ID=\"platform:el9\"\nNAME=\"Rocky Linux\"\nPRETTY_NAME=\"Rocky Linux 9.4\"\n"
        );
        foreach (var repository in universe.Repositories)
            Write(
                $"etc/yum.repos.d/{repository.Id}.repo",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[{repository.Id}]\nname={repository.Id}\nbaseurl=file://{RepositoryFolder(repository)}\nenabled=1\ngpgcheck=0\npriority={repository.Priority}\ncost={repository.Cost}\nskip_if_unavailable={(repository.SkipIfUnavailable ? 1 : 0)}\n"
                )
            );
    }

    /// <summary>The line of the configuration, empty where nothing is excluded.</summary>
    protected string Excludes =>
        Universe.Excludes.Count == 0 ? "" : $"excludepkgs={string.Join(',', Universe.Excludes)}\n";

    /// <summary>Runs dnf with each command line; exit code and output of each.</summary>
    public abstract IReadOnlyList<(int ExitCode, string Output)> Ask(params IReadOnlyList<string[]> commands);

    /// <summary>Answers, each followed by a line of its own with the exit code.</summary>
    protected static IReadOnlyList<(int ExitCode, string Output)> Answers(string output)
    {
        List<(int, string)> answers = [];
        var text = new System.Text.StringBuilder();
        foreach (var line in output.Split('\n'))
        {
            if (line.StartsWith("@@ ", StringComparison.Ordinal))
            {
                answers.Add((int.Parse(line[3..], CultureInfo.InvariantCulture), text.ToString()));
                text.Clear();
            }
            else
                text.Append(line).Append('\n');
        }

        return answers;
    }
}

/// <summary>A host of dnf 4, which the real dnf works on through <c>--installroot</c>.</summary>
internal sealed class Dnf4Host : DnfHost
{
    /// <summary>
    /// Imports dnf once and answers each command line in a child of its own; a line of its own parts the answers.
    /// </summary>
    private const string Batch = """
        import os, sys
        import dnf.cli.main, dnf.cli.cli, dnf.cli.commands, dnf.base
        for line in sys.stdin.read().split('\n'):
            if not line:
                continue
            child = os.fork()
            if child == 0:
                dnf.cli.main.user_main(line.split('\t'), exit_code=True)
            _, status = os.waitpid(child, 0)
            print('@@ %d' % os.waitstatus_to_exitcode(status), flush=True)
        """;

    public Dnf4Host(RpmUniverse universe)
        : base(universe, withPlatform: true)
    {
        Write(
            "etc/dnf/dnf.conf",
            "[main]\ngpgcheck=0\ninstallonly_limit=3\nbest=True\nskip_if_unavailable=False\n"
                + $"pluginpath={Root}/plugins\npluginconfpath={Root}/etc/dnf/plugins\n{Excludes}"
        );
        WriteLocks();
        foreach (var stream in universe.EnabledStreams.Select(s => s.Split(':')))
            Write(
                $"etc/dnf/modules.d/{stream[0]}.module",
                $"[{stream[0]}]\nname={stream[0]}\nstream={stream[1]}\nprofiles=\nstate=enabled\n"
            );
        Directory.CreateDirectory(Path.Combine(Root, "plugins"));
        if (universe.Repositories.Count > 0)
            Ask(["makecache"]);
        Spoil(r =>
            Directory
                .GetDirectories(Path.Combine(Root, "var/cache/dnf"), r.Id + "-*")
                .Order(StringComparer.Ordinal)
                .First()
        );
    }

    public override IReadOnlyList<(int ExitCode, string Output)> Ask(params IReadOnlyList<string[]> commands)
    {
        var program = Outside("batch.py");
        File.WriteAllText(program, Batch);
        var lines = string.Concat(
            commands.Select(c => string.Join('\t', ["--installroot", Root, "--releasever", "9", "-y", .. c]) + "\n")
        );
        var input = Outside("batch.txt");
        File.WriteAllText(input, lines);
        var run = RigProcess.Run(
            "env",
            "LC_ALL=C.UTF-8",
            "COLUMNS=400",
            "sh",
            "-c",
            "exec /usr/bin/python3 \"$1\" < \"$2\" 2>&1",
            "sh",
            program,
            input
        );
        run.Expect();
        return Answers(run.Output);
    }

    private void WriteLocks()
    {
        if (Universe.Locks.Count == 0)
            return;

        // Paths of dnf's plugins are not taken for paths within the root: through this link both readings meet.
        var above = Path.Combine(Root, Root.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(above)!);
        File.CreateSymbolicLink(above, "/");
        const string plugin = "/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py";
        if (!File.Exists(plugin))
            Rig.Lacks(plugin);
        Directory.CreateDirectory(Path.Combine(Root, "plugins"));
        File.Copy(plugin, Path.Combine(Root, "plugins/versionlock.py"));
        Write(
            "etc/dnf/plugins/versionlock.conf",
            $"[main]\nenabled=1\nlocklist={Root}/etc/dnf/plugins/versionlock.list\n"
        );
        Write("etc/dnf/plugins/versionlock.list", string.Concat(Universe.Locks.Select(l => l + "\n")));
    }
}

/// <summary>
/// A host of dnf 5, which the dnf of Debian's unstable release works on through <c>--installroot</c>, from a throw-away
/// root of that release.
/// </summary>
internal sealed class Dnf5Host : DnfHost
{
    private static readonly string[] Packages = ["rpm", "dnf5", "zypper"];

    /// <summary>
    /// The root in memory above the release's own, with the host's folder at its own path; then one command line after
    /// the other.
    /// </summary>
    private const string Batch = """
        set -eu
        lower=$1 folder=$2 commands=$3
        mkdir -p "$folder/sid"
        mount -t tmpfs -o mode=755 rig "$folder/sid"
        mkdir "$folder/sid/upper" "$folder/sid/work" "$folder/sid/root"
        layers="lowerdir=$lower,upperdir=$folder/sid/upper,workdir=$folder/sid/work"
        mount -t overlay -o "$layers" overlay "$folder/sid/root"
        mkdir -p "$folder/sid/root$folder"
        mount --bind "$folder" "$folder/sid/root$folder"
        mount --bind /dev "$folder/sid/root/dev"
        mount -t proc proc "$folder/sid/root/proc"
        exec chroot "$folder/sid/root" /bin/bash -c '
          while IFS= read -r line; do
            IFS=$(printf "\t") read -r -a words <<< "$line"
            code=0
            /usr/bin/dnf5 "${words[@]}" < /dev/null 2>&1 || code=$?
            echo "@@ $code"
          done < "$0"' "$commands"
        """;

    /// <summary>
    /// Its modules require no platform: Debian builds libsolv for packages of dpkg, and libdnf5 tells it of rpm for its
    /// pool of packages but not for that of modules. There the platform, a module of architecture noarch, cannot be
    /// installed, and no stream that requires it ever becomes active. Where libsolv is built for rpm it does.
    /// </summary>
    public Dnf5Host(RpmUniverse universe)
        : base(universe, withPlatform: false)
    {
        Write("usr/bin/dnf5", "");
        Write(
            "etc/dnf/dnf.conf",
            "[main]\ngpgcheck=0\npkg_gpgcheck=0\ninstallonly_limit=3\nbest=True\nskip_if_unavailable=False\n" + Excludes
        );
        if (universe.Locks.Count > 0)
            Write("etc/dnf/versionlock.toml", "version = \"1.0\"\n" + string.Concat(universe.Locks.Select(Lock)));
        if (universe.EnabledStreams.Count > 0)
            Write(
                "usr/lib/sysimage/libdnf5/modules.toml",
                "version = \"1.0\"\n[modules]\n"
                    + string.Concat(
                        universe
                            .EnabledStreams.Select(s => s.Split(':'))
                            .Select(s =>
                                $"[modules.{s[0]}]\nenabled_stream = \"{s[1]}\"\ninstalled_profiles = []\n"
                                + "state = \"Enabled\"\n"
                            )
                    )
            );
        if (universe.Repositories.Count > 0)
            Ask(["makecache"]);
        Spoil(r =>
            Directory
                .GetDirectories(Path.Combine(Root, "var/cache/libdnf5"), r.Id + "-*")
                .Order(StringComparer.Ordinal)
                .First()
        );
    }

    public override IReadOnlyList<(int ExitCode, string Output)> Ask(params IReadOnlyList<string[]> commands)
    {
        var program = Outside("batch.sh");
        File.WriteAllText(program, Batch);
        var input = Outside("batch.txt");
        File.WriteAllText(
            input,
            string.Concat(
                commands.Select(c => string.Join('\t', ["--installroot", Root, "--releasever", "9", .. c]) + "\n")
            )
        );
        return Answers(
            RigProcess
                .Run(
                    "env",
                    "LC_ALL=C.UTF-8",
                    "COLUMNS=400",
                    "unshare",
                    "--mount",
                    "--propagation",
                    "private",
                    "sh",
                    program,
                    DebianRoot.Folder(Packages, DebianRelease.Sid),
                    Outside("."),
                    input
                )
                .Expect()
                .Output
        );
    }

    // !pa-0:1.0-1.*
    private static string Lock(string entry)
    {
        var isExcluded = entry.StartsWith('!');
        var parts = entry.TrimStart('!').Replace(".*", "", StringComparison.Ordinal).Split('-');
        return $"[[packages]]\nname = \"{string.Join('-', parts[..^2])}\"\n[[packages.conditions]]\nkey = \"evr\"\n"
            + $"comparator = \"{(isExcluded ? "!=" : "=")}\"\nvalue = \"{parts[^2]}-{parts[^1]}\"\n";
    }
}
