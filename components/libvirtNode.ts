import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { metaData, networkConfig, userData } from "./libvirtNode/cloudInit";
import { kernelArguments } from "./libvirtNode/kernelArguments";
import { domainStylesheet } from "./libvirtNode/stylesheet";

/** One network interface of the domain. */
export interface LibvirtNic {
  /** Id of the libvirt network: `libvirt.Network`'s `id`. @default `bridge` */
  readonly networkId?: pulumi.Input<string>;
  /** Bridge of the hypervisor, where there is no such network. */
  readonly bridge?: string;
  /** Static address with prefix length, as `172.20.64.91/24`. */
  readonly address: string;
  /** Name of the interface in the guest. @default eth0 on the LAN, eth1 on the crossover */
  readonly interface?: string;
  /** MAC address. @default made by libvirt, a new one whenever the domain is replaced */
  readonly mac?: string;
  /** Default gateway. @default none: the guest reaches its networks only */
  readonly gateway?: string;
}

export interface LibvirtNodeArgs {
  /** Name of the domain, and host name of the guest. @default the component's name */
  readonly domainName?: string;
  /** Name of the storage pool that takes the node's volumes. */
  readonly pool: pulumi.Input<string>;
  /** What the node boots from. */
  readonly image: {
    /** Key (path) of the qcow2 volume under the node's system disk; it must lie in an active pool of the hypervisor. */
    readonly base: pulumi.Input<string>;
    /** Kernel on the hypervisor for a direct boot. @default the image's own boot loader */
    readonly kernel?: string;
    readonly initrd?: string;
    readonly kernelArguments?: string;
  };
  /** `qemu` is software emulation. @default kvm */
  readonly domainType?: "kvm" | "qemu";
  /** Processor as libvirt names it; `model` for mode `custom`. @default host-model */
  readonly cpu?: { readonly mode: string; readonly model?: string };
  /** MiB. The HOWTO asks for 1024 at least. @default 2048. **Changing it replaces the domain: the machine is cut off.** */
  readonly memoryMiB?: number;
  /** @default 2. **Changing it replaces the domain: the machine is cut off.** */
  readonly vcpus?: number;
  /** The network of the database's clients. */
  readonly lan: LibvirtNic;
  /** The link between the nodes. */
  readonly crossover?: LibvirtNic;
  /** The disk of its own for the data; the guest finds it by its serial (`/dev/disk/by-id/virtio-<serial>`). */
  readonly dataDisk: {
    readonly serial: string;
    /** Of a disk that is yet to be made. One that is there is grown by `make grow-volume`, and is never replaced for its size. */
    readonly sizeGiB: number;
  };
  readonly ssh: {
    /** ed25519 host key of the guest, OpenSSH format. */
    readonly hostKeyPrivate: pulumi.Input<string>;
    readonly hostKeyPublic: pulumi.Input<string>;
    /** Public keys that may log in as root. */
    readonly authorizedKeys: pulumi.Input<pulumi.Input<string>[]>;
  };
  /**
   * Whether the data volume goes with the stack. With `keep` it stays on the hypervisor, and a later `up` takes it up again as it is.
   * @default keep
   */
  readonly dataPolicy?: "keep" | "destroy";
  /** Host caching `unsafe`. For labs: a crash of the hypervisor loses data. @default false */
  readonly unsafeCache?: boolean;
  /** File on the hypervisor that takes the serial console. @default a pty, for `virsh console` */
  readonly consoleFile?: string;
}

const GIB = 1024 ** 3;

/**
 * A node as a libvirt domain: system disk over a base image, a data disk of its own, cloud-init, watchdog (HOWTO sections 1 to 3).
 * The hypervisor is the libvirt provider in `opts.provider`.
 *
 * A newer image is for machines that are yet to be made: it never replaces one that runs. To rebuild a node from it, replace it by name.
 * `deleteBeforeReplace` is on every part, since libvirt knows them by name and two cannot have the same.
 */
export class LibvirtNode extends pulumi.ComponentResource {
  /** Name of the domain on the hypervisor. */
  readonly domainName: pulumi.Output<string>;
  /** LAN address without prefix length; resolves when the domain is started, which is before it answers. */
  readonly address: pulumi.Output<string>;
  /** The guest's public host key. */
  readonly hostKey: pulumi.Output<string>;

  constructor(name: string, args: LibvirtNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:libvirt:Node", name, {}, opts);
    const domainName = args.domainName ?? name;
    const { pool, image, lan, crossover, dataDisk, ssh, cpu, dataPolicy = "keep" } = args;
    const own = { parent: this, deleteBeforeReplace: true };

    const system = createSystemDisk();
    const data = createDataDisk();
    const seed = createCloudInit();
    const domain = createDomain();

    this.domainName = domain.name;
    this.address = domain.id.apply(() => lan.address.split("/")[0] as string);
    this.hostKey = pulumi.output(ssh.hostKeyPublic);
    this.registerOutputs({ domainName: this.domainName, address: this.address, hostKey: this.hostKey });

    function createSystemDisk(): libvirt.Volume {
      return new libvirt.Volume(
        `${name}-system`,
        { name: `${domainName}-system.qcow2`, pool, baseVolumeId: image.base, format: "qcow2" },
        { ...own, ignoreChanges: ["baseVolumeId"] },
      );
    }

    function createDataDisk(): libvirt.Volume {
      return new libvirt.Volume(
        `${name}-data`,
        { name: `${domainName}-data.qcow2`, pool, size: dataDisk.sizeGiB * GIB, format: "qcow2" },
        // libvirt's provider knows no larger volume, only another one, without the data: `make grow-volume` grows the one that is there.
        { ...own, retainOnDelete: dataPolicy === "keep", protect: dataPolicy === "keep", ignoreChanges: ["size"] },
      );
    }

    function createCloudInit(): libvirt.CloudinitDisk {
      const { hostKeyPrivate, hostKeyPublic, authorizedKeys } = ssh;
      const user = pulumi
        .all([hostKeyPrivate, hostKeyPublic, authorizedKeys])
        .apply(([priv, pub, keys]) =>
          userData({ hostName: domainName, hostKeyPrivate: priv, hostKeyPublic: pub, authorizedKeys: keys }),
        );
      return new libvirt.CloudinitDisk(
        `${name}-cloudinit`,
        {
          name: `${domainName}-cloudinit.iso`,
          pool,
          userData: pulumi.secret(user),
          metaData: metaData(domainName),
          networkConfig: networkConfig([
            { name: lan.interface ?? "eth0", address: lan.address, gateway: lan.gateway },
            ...(crossover
              ? [{ name: crossover.interface ?? "eth1", address: crossover.address, gateway: crossover.gateway }]
              : []),
          ]),
        },
        // It is read at the first boot only: exchanged keys are for machines that are yet to be made.
        { ...own, additionalSecretOutputs: ["userData"], ignoreChanges: ["userData"] },
      );
    }

    function createDomain(): libvirt.Domain {
      const { domainType = "kvm", memoryMiB = 2048, vcpus = 2, unsafeCache = false, consoleFile } = args;
      const nic = (n: LibvirtNic) => ({
        ...(n.bridge === undefined ? { networkId: n.networkId } : { bridge: n.bridge }),
        mac: n.mac?.toUpperCase(),
      });
      return new libvirt.Domain(
        `${name}-domain`,
        {
          name: domainName,
          type: domainType,
          machine: "q35",
          cpu: { mode: cpu?.mode ?? "host-model" },
          memory: memoryMiB,
          vcpu: vcpus,
          kernel: image.kernel,
          initrd: image.initrd,
          cmdlines: image.kernelArguments === undefined ? undefined : kernelArguments(image.kernelArguments),
          disks: [
            { volumeId: system.id },
            { volumeId: data.id },
            // Not the provider's `cloudinit`, which is a SATA drive: cloud kernels have no driver for one.
            { volumeId: seed.id.apply((id) => id.split(";")[0] as string) },
          ],
          networkInterfaces: [nic(lan), ...(crossover ? [nic(crossover)] : [])],
          xml: {
            xslt: domainStylesheet({ dataSerial: dataDisk.serial, unsafeCache, cpuModel: cpu?.model, consoleFile }),
          },
        },
        { ...own, ignoreChanges: ["kernel", "initrd"] },
      );
    }
  }
}
