using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Ports;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Payloads;

/// <summary>
/// A directory of <c>PSModulePath</c>, where the versions of the module lie side by side as <c>PatchTools/VERSION</c>.
/// A version appears there whole, by one rename, or not at all; sessions that use another are not disturbed. Of the
/// same version the new files take the old ones' place in one step where the kernel can exchange two directories, and
/// in two where it cannot.
/// </summary>
internal sealed partial class ModulesDirectory(string path, IRunObserver observer)
{
    private const string Prefix = ".patchtools-";

    private readonly string _versions = Path.Combine(path, BundleArchive.Folder);

    /// <summary>
    /// Installs what <paramref name="unpack"/> writes into the directory that it is given; it returns the version.
    /// </summary>
    /// <returns>The directory of the version.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>, and whatever
    /// <paramref name="unpack"/> throws; nothing has changed then.</exception>
    public string Install(Func<string, string> unpack)
    {
        try
        {
            Directory.CreateDirectory(_versions, AtomicFile.PublicDirectory);
            Sweep();
            var fresh = Path.Combine(
                _versions,
                string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}")
            );
            Directory.CreateDirectory(fresh, AtomicFile.PublicDirectory);
            try
            {
                var place = Path.Combine(_versions, unpack(fresh));
                Place(fresh, place);
                NativeFile.FlushDirectory(_versions);
                return place;
            }
            finally
            {
                if (Directory.Exists(fresh))
                    Directory.Delete(fresh, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.StateUnwritable,
                $"The module could not be installed in {path}: {e.Message}",
                path,
                e
            );
        }
    }

    private void Place(string fresh, string place)
    {
        if (!Directory.Exists(place))
        {
            Directory.Move(fresh, place);
            return;
        }

        observer.Verbose($"{place} is there already and is replaced.");
        if (NativeFile.TryExchange(fresh, place))
            return;
        var old = fresh + "-old";
        Directory.Move(place, old);
        Directory.Move(fresh, place);
        Directory.Delete(old, recursive: true);
    }

    /// <summary>What a killed installation left behind.</summary>
    private void Sweep()
    {
        foreach (var leftover in Directory.EnumerateDirectories(_versions, Prefix + "*"))
        {
            var writer = WriterOf().Match(Path.GetFileName(leftover)).Groups[1].Value;
            if (!Directory.Exists("/proc/" + writer))
                Directory.Delete(leftover, recursive: true);
        }
    }

    [GeneratedRegex(@"^\.patchtools-([0-9]+)-", RegexOptions.CultureInvariant)]
    private static partial Regex WriterOf();
}
