using System.Text;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Text;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>One version that zypper must not take.</summary>
internal sealed record Exclusion(string Name, string Edition)
{
    /// <summary>As a plan carries it to the transaction, <c>name edition</c>.</summary>
    public override string ToString() => $"{Name} {Edition}";

    public static Exclusion Parse(string text) =>
        text.LastIndexOf(' ') is var blank and > 0
            ? new Exclusion(text[..blank], text[(blank + 1)..])
            : new Exclusion(text, "");
}

/// <summary>
/// Keeps versions away from zypper without a lock on the host: for one command zypper reads a configuration of
/// PatchTools' own (<c>ZYPP_CONF</c>), which is the host's with another file of locks, which are the administrator's
/// and these. The host's own files are never written, so an interrupted run leaves nothing that keeps an update away
/// (reference 20 §6).
/// </summary>
internal sealed class ZypperExclusions(HostContext host, ZypperConfiguration configuration)
{
    private string Folder => Path.Combine(host.Paths.DataDirectory, "zypper-exclusions");

    /// <summary>Within a foreign root zypper would look for the file there.</summary>
    public bool IsPossible => host.Paths.Root == "/";

    /// <summary>Path of the configuration that a command is to be given; null where the host's own will do.</summary>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.StateUnwritable"/>;
    /// <see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public string? Apply(IReadOnlyList<Exclusion> excluded)
    {
        if (excluded.Count == 0)
            return null;
        AtomicFile.CreateDirectory(Folder);
        var locks = new StringBuilder(configuration.AppliesLocks ? IniFile.Text(configuration.LocksFile) : "").Append(
            '\n'
        );
        foreach (
            var (name, edition) in excluded.Distinct().Where(e => PackageWords.ArePlain(e.Name, "noarch", e.Edition))
        )
            locks.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"\ntype: package\nversion: == {edition}\nmatch_type: exact\ncase_sensitive: "
                    + $"on\nsolvable_name: {name}\n\n"
            );
        var file = Path.Combine(Folder, "locks");
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(locks.ToString()));
        var settings = Path.Combine(Folder, "zypp.conf");

        // Of two settings of one name the later counts.
        AtomicFile.Write(
            settings,
            Encoding.UTF8.GetBytes(
                $"{IniFile.Text(configuration.MainFile)}\n[main]\nlocksfile.path = {file}\nlocksfile.apply = true\n"
            )
        );
        return settings;
    }

    /// <summary>Takes away what <see cref="Apply"/> wrote.</summary>
    public void Remove()
    {
        if (Directory.Exists(Folder))
            AtomicFile.DeleteDirectory(Folder, recursive: true);
    }
}
