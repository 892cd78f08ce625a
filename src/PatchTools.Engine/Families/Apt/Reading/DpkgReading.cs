using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Model;

namespace PatchTools.Families.Apt.Reading;

/// <summary>Reads dpkg's database: what is installed, and in which condition.</summary>
/// <param name="setting">Where everything is.</param>
/// <param name="doubts">Takes why it may not be whole.</param>
/// <param name="cautions">Takes what is not completely installed.</param>
internal sealed class DpkgReading(AptSetting setting, List<string> doubts, List<string> cautions)
{
    /// <summary>Far more than the status of any system: 100 000 packages have 100 MB.</summary>
    private const int MaxStatusBytes = 512 << 20;

    /// <summary>
    /// What dpkg knows: its status file, and before it the journal of changes that are not merged into it yet, the
    /// newest first. The first paragraph of a package is the one that counts.
    /// </summary>
    public AptStatusSink Read(PackageCatalogBuilder builder, int origin)
    {
        var sink = new AptStatusSink(
            builder,
            origin,
            builder.NativeArchitecture,
            setting.AdminDirectory,
            AutomaticallyInstalled(builder.NativeArchitecture)
        );
        var journal = Journal();
        foreach (var file in journal)
            ReadJournal(file, ref sink);
        var text = ReadDatabase(setting.StatusFile);
        doubts.AddRange(StatusSyntax.Check(text, setting.StatusFile));
        ReadStanzas(text, setting.StatusFile, ref sink);
        if (sink.Condition.Installed == 0)
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"dpkg's database {setting.StatusFile} knows no installed package. No system is without any: put "
                    + "back a whole copy (dpkg keeps some as /var/backups/dpkg.status.*).",
                setting.StatusFile
            );
        if (journal.Count > 0)
            cautions.Add(
                $"dpkg was interrupted or is at work: {setting.AdminDirectory}/updates holds changes that are not "
                    + "in its status yet; they were read (dpkg --configure -a finishes them)."
            );
        cautions.AddRange(sink.Condition.Cautions());
        return sink;
    }

    /// <summary>
    /// What was written last may be cut off; dpkg refuses it then, and works again only when it is gone.
    /// </summary>
    private void ReadJournal(string file, ref AptStatusSink sink)
    {
        try
        {
            var text = ReadDatabase(file);
            StatusSyntax.Check(text, file);
            ReadStanzas(text, file, ref sink);
            foreach (var stanza in Deb822.Parse(Encoding.UTF8.GetString(text), allowComments: false))
                sink.Overridden.Add((stanza["Package"], stanza["Architecture"]));
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.PackageDatabaseUnreadable)
        {
            doubts.Add(
                $"{file}, a change that dpkg has not merged into its status, cannot be read: {e.Message.TrimEnd('.')}."
            );
        }
    }

    private static void ReadStanzas(byte[] text, string path, ref AptStatusSink sink)
    {
        using var stream = new MemoryStream(text, writable: false);
        StanzaReader.Read(stream, path, ref sink);
    }

    private static byte[] ReadDatabase(string path)
    {
        try
        {
            return AptFiles.ReadBytes(path, MaxStatusBytes);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }

    // Package: libc6
    // Architecture: amd64
    // Auto-Installed: 1
    private HashSet<string> AutomaticallyInstalled(string native)
    {
        HashSet<string> automatic = new(StringComparer.Ordinal);
        if (!HostFiles.Exists(setting.ExtendedStatesFile))
            return automatic;
        string text;
        try
        {
            text = AptFiles.ReadText(setting.ExtendedStatesFile, 64 << 20);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{setting.ExtendedStatesFile} cannot be read: {e.Message}",
                setting.ExtendedStatesFile,
                e
            );
        }

        foreach (var stanza in Deb822.Parse(text, allowComments: false))
        {
            if (stanza["Auto-Installed"] != "1")
                continue;
            var architecture = stanza["Architecture"];
            automatic.Add($"{stanza["Package"]}:{(architecture.Length > 0 ? architecture : native)}");
        }

        return automatic;
    }

    /// <summary>
    /// Files of digits below <c>updates</c> are changes that dpkg has not merged into its status; the newest first.
    /// </summary>
    private IReadOnlyList<string> Journal()
    {
        var updates = Path.Combine(setting.AdminDirectory, "updates");
        try
        {
            return HostFiles.DirectoryExists(updates)
                ?
                [
                    .. HostFiles
                        .FilesIn(updates)
                        .Where(f => Path.GetFileName(f).All(char.IsAsciiDigit))
                        .OrderDescending(StringComparer.Ordinal),
                ]
                : [];
        }
        catch (UnauthorizedAccessException)
        {
            doubts.Add($"{updates} may not be read: whether dpkg was interrupted cannot be told. Run as root.");
            return [];
        }
    }
}
