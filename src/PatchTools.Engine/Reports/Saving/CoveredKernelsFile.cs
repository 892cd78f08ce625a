using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Ports;

namespace PatchTools.Reports.Saving;

/// <summary>
/// <c>kernel-livepatch/kernel-livepatch.json</c>: kernels that are installed, do not run, and need no reboot while live
/// patches cover them (reference 15 §4.1, §6). When live patching is switched off they wait for a reboot again.
/// </summary>
internal sealed class CoveredKernelsFile(HostContext host, IRunObserver observer)
{
    public string Path { get; } =
        System.IO.Path.Combine(host.Paths.StateDirectory, "kernel-livepatch", "kernel-livepatch.json");

    /// <summary>Titles of the kernels; none where the file is absent or damaged.</summary>
    public IReadOnlyCollection<string> Titles => [.. Read().Keys];

    /// <summary>Remembers a kernel beside those that are already there.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Add(PatchFinding kernel)
    {
        var known = Read();
        known[kernel.Title] = new StoredPatchState(
            kernel.Id,
            kernel.InstalledTime,
            nameof(PatchState.InstalledPendingReboot)
        );
        var json = new PythonJsonWriter();
        json.BeginObject();
        foreach (var (title, state) in known)
            json.Name(title)
                .BeginObject()
                .Member("id", state.Id)
                .Name("installedTime")
                .Time(state.InstalledTime)
                .Member("state", state.State)
                .EndObject();
        json.EndObject();
        AtomicFile.Write(Path, json.Written.ToArray());
    }

    /// <summary>Forgets them all.</summary>
    public void Remove()
    {
        try
        {
            AtomicFile.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Verbose($"{Path} could not be removed: {e.Message}");
        }
    }

    private Dictionary<string, StoredPatchState> Read()
    {
        Dictionary<string, StoredPatchState> kernels = new(StringComparer.Ordinal);
        try
        {
            if (!File.Exists(Path))
                return kernels;
            using var document = StrictJson.Parse(StrictJson.ReadFile(Path));
            foreach (var (title, element) in StrictJson.Object(document.RootElement, "the document"))
                kernels[title] = PatchStatesFile.StateOf(title, element);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            observer.Warning($"{Path} cannot be read, so kernels that live patches covered are not known: {e.Message}");
            kernels.Clear();
        }

        return kernels;
    }
}
