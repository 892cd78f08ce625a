using System.Management.Automation;
using PatchTools.Checksums;
using PatchTools.Fleet;
using PatchTools.Hosts;
using PatchTools.Operations;
using PatchTools.Ports;

namespace PatchTools;

/// <summary>
/// Where the cmdlets meet the real world: the host's places, clock, environment and privilege, and the adapters.
/// </summary>
internal static class Composition
{
    private static readonly LazyAdapterFactory ModuleAdapters = new();

    /// <summary>The host as the calling session sees it.</summary>
    /// <param name="cmdlet">Its session may carry a <see cref="CompositionOverride"/>.</param>
    /// <param name="stateDirectory"><c>-StateDirectory</c>; null for the place that fits the user.</param>
    /// <param name="root"><c>-Root</c>; null for this host.</param>
    public static HostContext HostOf(PSCmdlet cmdlet, string? stateDirectory, string? root)
    {
        var host = OverrideOf(cmdlet)?.Host ?? ThisHost.Read(stateDirectory);
        var paths = host.Paths;
        if (stateDirectory is not null)
            paths = HostPaths.For(host.IsRoot, stateDirectory, host.Environment) with
            {
                Root = paths.Root,
                ProcDirectory = paths.ProcDirectory,
                ProgramDirectories = paths.ProgramDirectories,
            };
        if (stateDirectory is not null)
            StateDirectoryCheck.Require(host with { Paths = paths });
        return host with { Paths = root is null ? paths : paths with { Root = HostPaths.RootOf(root) } };
    }

    public static PatchRun RunOf(PSCmdlet cmdlet, HostContext host, IRunObserver observer) =>
        new(host, OverrideOf(cmdlet)?.Adapters ?? ModuleAdapters, observer);

    public static PatchFleet FleetOf(PSCmdlet cmdlet, HostContext host, IRunObserver observer) =>
        new(host, OverrideOf(cmdlet)?.Adapters ?? ModuleAdapters, observer, OverrideOf(cmdlet)?.PollInterval);

    private static CompositionOverride? OverrideOf(PSCmdlet cmdlet) =>
        cmdlet.GetVariableValue(CompositionOverride.VariableName) switch
        {
            PSObject { BaseObject: CompositionOverride wrapped } => wrapped,
            CompositionOverride plain => plain,
            _ => null,
        };

    /// <summary>
    /// Loads the adapters at the first use of a port, so that neither importing nor an offline scan pays for them.
    /// </summary>
    private sealed class LazyAdapterFactory : IAdapterFactory
    {
        public IPatchService CreatePatchService(AwsSettings settings) => Signing().CreatePatchService(settings);

        public IFleetOperations CreateFleetOperations(AwsSettings settings) =>
            Signing().CreateFleetOperations(settings);

        public IFleetCompliance CreateFleetCompliance(AwsSettings settings) =>
            Signing().CreateFleetCompliance(settings);

        public IObjectStore CreateObjectStore(AwsSettings? settings) => Signing().CreateObjectStore(settings);

        public IInstanceIdentitySource CreateIdentitySource(Uri? endpoint) =>
            AdaptersLoadContext.Factory.CreateIdentitySource(endpoint);

        /// <summary>
        /// Signatures and TLS are OpenSSL's; what is lacking is said here, and not by the runtime's abort.
        /// </summary>
        private static IAdapterFactory Signing()
        {
            OpenSslLibrary.Demand("Calling AWS or fetching from a URL");
            return AdaptersLoadContext.Factory;
        }

        public IDecompressor CreateDecompressor() => AdaptersLoadContext.Factory.CreateDecompressor();

        public ITomlReader CreateTomlReader() => AdaptersLoadContext.Factory.CreateTomlReader();

        public IOverrideListReader CreateOverrideListReader() => AdaptersLoadContext.Factory.CreateOverrideListReader();
    }
}
